package lsp

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/textproto"
	"strconv"
	"sync"

	"github.com/sourcegraph/jsonrpc2"
)

const maxMessage = 64 << 20 // bytes

// stream is messages with a header in front, as the protocol has them. A message
// that is not JSON is answered here, and the next one read: only a header that
// cannot be read ends the conversation.
type stream struct {
	in    *bufio.Reader
	out   io.Writer
	close func() error
	write sync.Mutex
}

var _ jsonrpc2.ObjectStream = (*stream)(nil)

func newStream(in io.Reader, out io.Writer, end func() error) *stream {
	return &stream{in: bufio.NewReader(in), out: out, close: end}
}

// WriteObject implements jsonrpc2.ObjectStream.
func (s *stream) WriteObject(v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("write a message: %w", err)
	}
	s.write.Lock()
	defer s.write.Unlock()
	if _, err := fmt.Fprintf(s.out, "Content-Length: %d\r\n\r\n%s", len(body), body); err != nil {
		return fmt.Errorf("write a message: %w", err)
	}
	return nil
}

// ReadObject implements jsonrpc2.ObjectStream.
func (s *stream) ReadObject(v any) error {
	for {
		body, err := s.read()
		if err != nil {
			return err
		}
		code := 0
		if !json.Valid(body) {
			code = jsonrpc2.CodeParseError
		} else if err = json.Unmarshal(body, v); err != nil {
			code = jsonrpc2.CodeInvalidRequest
		}
		if code == 0 {
			return nil
		}
		if err := s.refuse(code); err != nil {
			return err
		}
	}
}

// refuse answers a message that has no id that could be read.
func (s *stream) refuse(code int) error {
	text := map[int]string{jsonrpc2.CodeParseError: "this is not JSON", jsonrpc2.CodeInvalidRequest: "this is no request"}[code]
	return s.WriteObject(map[string]any{"jsonrpc": "2.0", "id": nil, "error": map[string]any{"code": code, "message": text}})
}

func (s *stream) read() ([]byte, error) {
	header, err := textproto.NewReader(s.in).ReadMIMEHeader()
	if err != nil {
		if errors.Is(err, io.EOF) {
			return nil, io.EOF
		}
		return nil, fmt.Errorf("read the header of a message: %w", err)
	}
	n, err := strconv.Atoi(header.Get("Content-Length"))
	if err != nil || n < 0 || n > maxMessage {
		return nil, fmt.Errorf("read the header of a message: Content-Length is %q", header.Get("Content-Length"))
	}
	body := make([]byte, n)
	if _, err := io.ReadFull(s.in, body); err != nil {
		return nil, fmt.Errorf("read a message: %w", err)
	}
	return body, nil
}

// Close implements jsonrpc2.ObjectStream.
func (s *stream) Close() error { return s.close() }
