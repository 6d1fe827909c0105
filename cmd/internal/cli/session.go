package cli

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"

	"connectrpc.com/connect"
	"golang.org/x/term"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/api/weir/v1/weirv1connect"
	"github.com/weirci/weir/cmd/internal/target"
)

type interceptStream = connect.BidiStreamForClient[weirv1.InterceptRequest, weirv1.InterceptResponse]

// session runs a program in a container with this process's streams, and ends with
// its exit code.
func (a *App) session(ctx context.Context, c *clients, start *weirv1.InterceptStart) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	transport, err := duplexClient(c.bearer.choice)
	if err != nil {
		return err
	}
	out, isFile := a.Out.(*os.File)
	start.Terminal = isFile && a.stdinIsTerminal() && isTerminal(out)
	restore := func() {}
	if start.Terminal {
		start.Term, start.Size = a.Getenv("TERM"), sizeOf(out)
		if restore, err = rawMode(a.In.(*os.File)); err != nil {
			return err
		}
	}
	defer restore()
	stream := weirv1connect.NewBuildServiceClient(transport, c.bearer.choice.Server, connect.WithInterceptors(c.bearer)).Intercept(ctx)
	defer func() { _ = stream.CloseResponse() }()
	up := &uplink{stream: stream}
	up.send(&weirv1.InterceptRequest{Said: &weirv1.InterceptRequest_Start{Start: start}})
	go up.pass(a.In)
	if start.Terminal {
		defer up.follow(out)()
	}
	code, err := a.show(stream)
	if err != nil {
		restore()
		return c.wrap(ctx, err)
	}
	if code != 0 {
		return exitCode(code)
	}
	return nil
}

// show writes what the program writes, up to its end.
func (a *App) show(stream *interceptStream) (code int, err error) {
	for {
		m, err := stream.Receive()
		if errors.Is(err, io.EOF) {
			return 0, connect.NewError(connect.CodeUnavailable, errors.New("the server ended the connection"))
		}
		if err != nil {
			return 0, err
		}
		switch told := m.GetTold().(type) {
		case *weirv1.InterceptResponse_Stdout:
			_, err = a.Out.Write(told.Stdout)
		case *weirv1.InterceptResponse_Stderr:
			_, err = a.Err.Write(told.Stderr)
		case *weirv1.InterceptResponse_ExitCode:
			return int(told.ExitCode), nil
		}
		if err != nil {
			return 0, err
		}
	}
}

// uplink is what goes to the server: from the keyboard, and from the window.
type uplink struct {
	mu     sync.Mutex
	stream *interceptStream
}

// send fails when the connection is gone; who reads from it hears why.
func (u *uplink) send(m *weirv1.InterceptRequest) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.stream.Send(m) == nil
}

// pass sends what is read, up to its end.
func (u *uplink) pass(in io.Reader) {
	buffer := make([]byte, 32<<10)
	for {
		n, err := in.Read(buffer)
		if n > 0 && !u.send(&weirv1.InterceptRequest{Said: &weirv1.InterceptRequest_Stdin{Stdin: buffer[:n]}}) {
			return
		}
		if err != nil {
			u.send(&weirv1.InterceptRequest{Said: &weirv1.InterceptRequest_StdinEnd{StdinEnd: true}})
			return
		}
	}
}

// follow sends the window's size whenever it changes.
func (u *uplink) follow(window *os.File) (stop func()) {
	ch, done := make(chan os.Signal, 1), make(chan struct{})
	signal.Notify(ch, syscall.SIGWINCH)
	go func() {
		for {
			select {
			case <-ch:
				u.send(&weirv1.InterceptRequest{Said: &weirv1.InterceptRequest_Size{Size: sizeOf(window)}})
			case <-done:
				return
			}
		}
	}()
	return func() { signal.Stop(ch); close(done) }
}

func sizeOf(window *os.File) *weirv1.WindowSize {
	columns, rows, err := term.GetSize(int(window.Fd()))
	if err != nil {
		return nil
	}
	return &weirv1.WindowSize{Columns: uint32(columns), Rows: uint32(rows)}
}

// rawMode has every key go to the program in the container, ^C too.
func rawMode(keyboard *os.File) (restore func(), err error) {
	fd := int(keyboard.Fd())
	was, err := term.MakeRaw(fd)
	if err != nil {
		return func() {}, err
	}
	return sync.OnceFunc(func() { _ = term.Restore(fd, was) }), nil
}

// duplexClient speaks HTTP/2 only, in which both sides can talk at once.
func duplexClient(choice target.Choice) (*http.Client, error) {
	client, err := httpClient(choice)
	if err != nil {
		return nil, err
	}
	protocols := new(http.Protocols)
	protocols.SetHTTP2(true)
	protocols.SetUnencryptedHTTP2(strings.HasPrefix(choice.Server, "http:"))
	client.Transport.(*http.Transport).Protocols = protocols
	return client, nil
}
