package agent

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/worker"
)

// record is what a restarted agent must know of a run: the order, and how far it
// got. How much of the log the server has is not in it: the server says so.
type record struct {
	order    *weirv1.Start
	received time.Time // of the order; the timeout counts from here
	started  bool      // the runtime said that the program runs
	timedOut bool
	spent    worker.Spent
	withheld bool // read back: the order had secrets, which were not kept
}

type recordFile struct {
	Order    []byte       `json:"order"` // weir.v1.Start
	Withheld bool         `json:"withheld,omitempty"`
	Received time.Time    `json:"received"`
	Started  bool         `json:"started,omitempty"`
	TimedOut bool         `json:"timed_out,omitempty"`
	Spent    worker.Spent `json:"spent,omitzero"`
}

func (r *record) id() string   { return r.order.GetRunId() }
func (r *record) epoch() int64 { return r.order.GetEpoch() }
func (r *record) ref() *weirv1.RunRef {
	return &weirv1.RunRef{RunId: r.id(), Epoch: r.epoch()}
}

// records keeps one file a run. They are not synced: they must survive the
// agent, not the machine, whose end is also the containers'.
type records struct{ dir string }

func (s records) save(r record) error {
	kept, withheld := withoutSecrets(r.order)
	order, err := proto.Marshal(kept)
	if err != nil {
		return fmt.Errorf("keeping the record of the run: %w", err)
	}
	b, err := json.Marshal(recordFile{Order: order, Withheld: withheld, Received: r.received, Started: r.started, TimedOut: r.timedOut, Spent: r.spent})
	if err != nil {
		return fmt.Errorf("keeping the record of the run: %w", err)
	}
	if err := writeFile(s.path(r.id()), b); err != nil {
		return fmt.Errorf("keeping the record of the run: %w", err)
	}
	return nil
}

// withoutSecrets is an order as it may be on a disk. What can have secrets in it is
// only needed to start, and the server sends an order again that was not begun.
func withoutSecrets(order *weirv1.Start) (*weirv1.Start, bool) {
	if len(order.GetSecrets()) == 0 {
		return order, false
	}
	kept := proto.CloneOf(order)
	kept.Secrets, kept.Task.Env, kept.Task.Stdin = nil, nil, nil
	for from := kept.Task.GetImageFrom(); from != nil; from = from.GetImageFrom() {
		from.Env, from.Stdin = nil, nil // its volume is to be known
	}
	for _, s := range kept.Task.GetServices() {
		s.Env = nil
	}
	return kept, true
}

func (s records) remove(id string) error {
	if err := os.Remove(s.path(id)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("keeping the record of the run: %w", err)
	}
	return nil
}

func (s records) path(id string) string { return filepath.Join(s.dir, id) }

// load gives all records, and the files that are none: halves that a crash of
// the machine left.
func (s records) load() (all []record, broken []string, err error) {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return nil, nil, fmt.Errorf("records of runs: %w", err)
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".tmp-") { // a write that was cut short: as if it had not begun
			os.Remove(s.path(e.Name()))
			continue
		}
		r, err := s.read(e.Name())
		if err != nil {
			broken = append(broken, e.Name())
			continue
		}
		all = append(all, r)
	}
	return all, broken, nil
}

func (s records) read(name string) (record, error) {
	b, err := os.ReadFile(s.path(name))
	if err != nil {
		return record{}, err
	}
	var f recordFile
	if err := json.Unmarshal(b, &f); err != nil {
		return record{}, err
	}
	order := &weirv1.Start{}
	if err := proto.Unmarshal(f.Order, order); err != nil {
		return record{}, err
	}
	if order.GetRunId() != name {
		return record{}, fmt.Errorf("%s holds run %q", name, order.GetRunId())
	}
	return record{order: order, received: f.Received, started: f.Started, timedOut: f.TimedOut, spent: f.Spent, withheld: f.Withheld}, nil
}

// validID tells whether an id may name a file.
func validID(id string) bool {
	return id != "" && len(id) < 200 && !strings.HasPrefix(id, ".") && !strings.ContainsAny(id, "/\x00")
}

// writeFile replaces a file as a whole, readable by its owner only.
func writeFile(path string, b []byte) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), ".tmp-*")
	if err != nil {
		return err
	}
	_, err = tmp.Write(b)
	err = errors.Join(err, tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		os.Remove(tmp.Name())
	}
	return err
}
