package notify

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/smtp"
	"net/textproto"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// SMTP is the relay that e-mail is handed to. It is the operator's, so that it may
// be anywhere.
type SMTP struct {
	Host, Port string
	TLS        string // starttls, tls, none
	User       string // "": no authentication
	Password   string
	From       mail.Address
	Roots      *x509.CertPool // nil: the system's
}

// ParseSMTP reads smtp://USER@HOST:PORT (STARTTLS), smtps://USER@HOST:PORT (TLS from
// the beginning) or smtp://HOST:PORT?tls=none, with the password from elsewhere.
func ParseSMTP(relay, from, password string) (*SMTP, error) {
	u, err := url.Parse(relay)
	if err != nil || u.Hostname() == "" || u.Scheme != "smtp" && u.Scheme != "smtps" {
		return nil, errors.New("the relay for e-mail is no smtp://USER@HOST:PORT or smtps://USER@HOST:PORT")
	}
	if _, there := u.User.Password(); there {
		return nil, errors.New("the relay for e-mail has a password in its URL, where others see it: set WEIR_SMTP_PASSWORD instead")
	}
	s := &SMTP{Host: u.Hostname(), Port: u.Port(), TLS: "starttls", User: u.User.Username(), Password: password}
	if u.Scheme == "smtps" {
		s.TLS = "tls"
	}
	if q := u.Query().Get("tls"); q == "none" && u.Scheme == "smtp" {
		s.TLS = "none"
	} else if u.RawQuery != "" {
		return nil, errors.New("the relay for e-mail may end in ?tls=none and in nothing else")
	}
	if s.Port == "" {
		s.Port = map[string]string{"starttls": "587", "tls": "465", "none": "25"}[s.TLS]
	}
	switch {
	case s.User != "" && s.TLS == "none":
		return nil, errors.New("the relay for e-mail has a user and no TLS: the password would be readable on the way")
	case s.User != "" && password == "":
		return nil, fmt.Errorf("the relay for e-mail has the user %s and no password: set WEIR_SMTP_PASSWORD", s.User)
	}
	address, err := mail.ParseAddress(from)
	if err != nil {
		return nil, fmt.Errorf("the sender of e-mail, %q, is no address, such as \"Weir <weir@example.com>\"", from)
	}
	s.From = *address
	return s, nil
}

// hand gives the relay one mail.
func (s *SMTP) hand(ctx context.Context, to []string, data []byte) error {
	conn, err := (&net.Dialer{Timeout: 5 * time.Second}).DialContext(ctx, "tcp", net.JoinHostPort(s.Host, s.Port))
	if err != nil {
		return err
	}
	defer conn.Close()
	if deadline, ok := ctx.Deadline(); ok {
		_ = conn.SetDeadline(deadline)
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	c, err := s.greet(conn)
	if err != nil {
		return err
	}
	defer func() { _ = c.Close() }()
	if err := s.mail(c, to, data); err != nil {
		return err
	}
	_ = c.Quit() // the relay has it
	return nil
}

func (s *SMTP) greet(conn net.Conn) (*smtp.Client, error) {
	config := &tls.Config{ServerName: s.Host, RootCAs: s.Roots, MinVersion: tls.VersionTLS12}
	if s.TLS == "tls" {
		conn = tls.Client(conn, config)
	}
	c, err := smtp.NewClient(conn, s.Host)
	if err != nil {
		return nil, err
	}
	if err := s.secure(c, config); err != nil {
		_ = c.Close()
		return nil, err
	}
	return c, nil
}

func (s *SMTP) secure(c *smtp.Client, config *tls.Config) error {
	if s.TLS == "starttls" {
		if ok, _ := c.Extension("STARTTLS"); !ok {
			return errors.New("it offers no STARTTLS, and nothing is sent in clear")
		}
		if err := c.StartTLS(config); err != nil {
			return err
		}
	}
	if s.User == "" {
		return nil
	}
	return c.Auth(smtp.PlainAuth("", s.User, s.Password, s.Host))
}

func (s *SMTP) mail(c *smtp.Client, to []string, data []byte) error {
	if err := c.Mail(s.From.Address); err != nil {
		return err
	}
	for _, address := range to {
		if err := c.Rcpt(address); err != nil {
			return err
		}
	}
	w, err := c.Data()
	if err != nil {
		return err
	}
	if _, err := w.Write(data); err != nil {
		return err
	}
	return w.Close()
}

// smtpError says what to make of what a relay said: 5xx is for good, but for what is
// wrong with the relay's own accounts and not with the mail.
func smtpError(host string, err error) error {
	var said *textproto.Error
	err = fmt.Errorf("the relay %s: %w", host, err)
	if !errors.As(err, &said) {
		return err
	}
	forGood := said.Code >= 500 && said.Code != 530 && said.Code != 534 && said.Code != 535 && said.Code != 538
	return &refusal{error: errors.New(strings.TrimSpace(brief(err.Error(), mostReason)) + " (" + strconv.Itoa(said.Code) + ")"), hopeless: forGood}
}
