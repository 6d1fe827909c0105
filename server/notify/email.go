package notify

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"html"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/textproto"
	"strings"
	"time"
)

// mostRecipients is of one mail.
const mostRecipients = 50

// email hands mail to the server's relay.
type email struct {
	relay *SMTP // nil: there is none
	now   func() time.Time
}

func (e email) send(ctx context.Context, m message) error {
	if e.relay == nil {
		return hopeless("this server sends no e-mail; its operator gives it a relay with --smtp")
	}
	to, err := m.recipients()
	if err != nil {
		return err
	}
	letter, err := m.letter()
	if err != nil {
		return err
	}
	data, err := letter.bytes(e.relay.From, to, m.d.ID, e.now())
	if err != nil {
		return err
	}
	var addresses []string
	for _, a := range to {
		addresses = append(addresses, a.Address)
	}
	if err := e.relay.hand(ctx, addresses, data); err != nil {
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return smtpError(e.relay.Host, err)
	}
	return nil
}

func (m message) recipients() ([]*mail.Address, error) {
	list, err := m.list("to")
	if err != nil {
		return nil, err
	}
	var out []*mail.Address
	for _, text := range list {
		some, err := mail.ParseAddressList(text)
		if err != nil {
			return nil, hopeless("config.to: %q is no address", brief(text, 80))
		}
		out = append(out, some...)
	}
	if len(out) == 0 || len(out) > mostRecipients {
		return nil, hopeless("config.to has %d addresses: it has between 1 and %d", len(out), mostRecipients)
	}
	return out, nil
}

// letter is a mail without its addresses. HTML "": text only.
type letter struct{ subject, text, html string }

func (m message) letter() (letter, error) {
	var l letter
	var err error
	if l.subject, err = m.text("subject", m.title()); err != nil {
		return l, err
	}
	own, written := m.config["text"]
	if l.text, err = m.text("text", m.plain()); err != nil {
		return l, err
	}
	otherwise := m.rich()
	if written && own != nil { // who writes the text means it
		otherwise = ""
	}
	l.html, err = m.text("html", otherwise)
	l.subject = brief(l.subject, 200)
	return l, err
}

func (m message) plain() string {
	parts := []string{m.title()}
	if b := m.body(); b != "" {
		parts = append(parts, b)
	}
	if inputs := m.inputs(); len(inputs) > 0 {
		parts = append(parts, strings.Join(inputs, "\n"))
	}
	if m.url != "" {
		parts = append(parts, m.url)
	}
	return strings.Join(parts, "\n\n") + "\n"
}

func (m message) rich() string {
	var b strings.Builder
	fmt.Fprintf(&b, "<h3>%s</h3>\n", html.EscapeString(m.title()))
	if more := m.body(); more != "" {
		fmt.Fprintf(&b, "<p>%s</p>\n", strings.ReplaceAll(html.EscapeString(more), "\n", "<br>\n"))
	}
	if inputs := m.inputs(); len(inputs) > 0 {
		b.WriteString("<ul>\n")
		for _, in := range inputs {
			fmt.Fprintf(&b, "<li>%s</li>\n", html.EscapeString(in))
		}
		b.WriteString("</ul>\n")
	}
	if u := html.EscapeString(m.url); u != "" {
		fmt.Fprintf(&b, "<p><a href=\"%s\">%s</a></p>\n", u, u)
	}
	return b.String()
}

// inputs are lines about what the build took.
func (m message) inputs() []string {
	var out []string
	for _, in := range m.d.Build.Inputs {
		var parts []string
		for _, k := range sortedKeys(in.Version) {
			parts = append(parts, k+"="+in.Version[k])
		}
		out = append(out, in.Name+" "+strings.Join(parts, " "))
	}
	return out
}

// bytes is the mail. Each attempt has the same Message-ID: who gets it twice can tell.
func (l letter) bytes(from mail.Address, to []*mail.Address, id string, now time.Time) ([]byte, error) {
	var b bytes.Buffer
	_, domain, _ := strings.Cut(from.Address, "@")
	var names []string
	for _, a := range to {
		names = append(names, a.String())
	}
	boundary := sha256.Sum256([]byte("weir/mail/" + id))
	parts := multipart.NewWriter(&b)
	for _, h := range [][2]string{
		{"From", from.String()}, {"To", strings.Join(names, ",\r\n ")}, {"Subject", mime.QEncoding.Encode("utf-8", l.subject)},
		{"Date", now.Format(time.RFC1123Z)}, {"Message-ID", "<" + id + "@" + domain + ">"}, {"X-Weir-Delivery", id},
		{"Auto-Submitted", "auto-generated"}, {"MIME-Version", "1.0"},
		{"Content-Type", "multipart/alternative; boundary=" + hex.EncodeToString(boundary[:16])},
	} {
		fmt.Fprintf(&b, "%s: %s\r\n", h[0], h[1])
	}
	b.WriteString("\r\n")
	if err := parts.SetBoundary(hex.EncodeToString(boundary[:16])); err != nil {
		return nil, err
	}
	for _, p := range [][2]string{{"text/plain", l.text}, {"text/html", l.html}} {
		if p[1] == "" {
			continue
		}
		if err := part(parts, p[0], p[1]); err != nil {
			return nil, err
		}
	}
	err := parts.Close()
	return b.Bytes(), err
}

func part(to *multipart.Writer, kind, text string) error {
	w, err := to.CreatePart(textproto.MIMEHeader{"Content-Type": {kind + "; charset=utf-8"}, "Content-Transfer-Encoding": {"quoted-printable"}})
	if err != nil {
		return err
	}
	q := quotedprintable.NewWriter(w)
	if _, err := io.WriteString(q, text); err != nil {
		return err
	}
	return q.Close()
}
