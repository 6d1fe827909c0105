package network

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/containernetworking/cni/libcni"
	types100 "github.com/containernetworking/cni/pkg/types/100"
)

// interfaceName is what a container calls its network interface.
const interfaceName = "eth0"

// keepIdle is how many namespaces that a burst of containers needed are kept, as
// making one costs as much as a container, and an idle one a few kilobytes.
const keepIdle = 64

// Namespace is one network namespace.
type Namespace struct {
	ID      string
	Path    string
	Address string // its IPv4 address
}

// Pool makes namespaces and keeps some ready. It is safe for concurrent use.
type Pool struct {
	cfg  Config
	cni  *libcni.CNIConfig
	conf *libcni.NetworkConfigList

	mu     sync.Mutex
	ready  []Namespace // owned by mu
	next   int         // owned by mu; the number of the last namespace made
	refill chan struct{}
	stop   context.CancelFunc
	done   sync.WaitGroup
}

// Open sets up bridge and firewall, takes over the namespaces that an earlier
// process left, and starts to fill the pool. inUse tells which namespaces are of
// containers that are still there; a dirty one was used by a privileged container.
func Open(ctx context.Context, cfg Config, inUse map[string]bool) (*Pool, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, fmt.Errorf("container network: %w", err)
	}
	text, err := cfg.cniConfig()
	if err != nil {
		return nil, err
	}
	conf, err := libcni.ConfListFromBytes(text)
	if err != nil {
		return nil, fmt.Errorf("container network: %w", err)
	}
	p := &Pool{
		cfg: cfg, conf: conf, refill: make(chan struct{}, 1),
		cni: libcni.NewCNIConfigWithCacheDir([]string{cfg.CNI}, filepath.Join(cfg.Dir, "cache"), nil),
	}
	for _, d := range []string{cfg.Dir, cfg.RunDir} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			return nil, fmt.Errorf("container network: %w", err)
		}
	}
	if err := os.WriteFile(filepath.Join(cfg.Dir, "network.conflist"), text, 0o600); err != nil {
		return nil, fmt.Errorf("container network: %w", err)
	}
	return p, p.begin(ctx, inUse)
}

func (p *Pool) begin(ctx context.Context, inUse map[string]bool) error {
	if err := p.cfg.install(ctx); err != nil {
		return fmt.Errorf("container network: %w", err)
	}
	if err := p.adopt(ctx, inUse); err != nil {
		return fmt.Errorf("container network: %w", err)
	}
	// One is made here, so that what is wrong with CNI is said at the start.
	if len(p.ready) == 0 && p.cfg.Spare > 0 {
		ns, err := p.create(ctx)
		if err != nil {
			return errors.Join(err, p.cfg.uninstall(ctx))
		}
		p.ready = append(p.ready, ns)
	}
	ctx, p.stop = context.WithCancel(context.WithoutCancel(ctx))
	p.done.Go(func() { p.fill(ctx) })
	p.wake()
	return nil
}

// adopt takes what is there: namespaces nobody uses are ready, if they are whole.
func (p *Pool) adopt(ctx context.Context, inUse map[string]bool) error {
	records, err := filepath.Glob(filepath.Join(p.cfg.RunDir, "*.json"))
	if err != nil {
		return err
	}
	for _, path := range records {
		ns, err := readRecord(path)
		id := strings.TrimSuffix(filepath.Base(path), ".json")
		if n, e := strconv.Atoi(strings.TrimPrefix(id, "n")); e == nil {
			p.next = max(p.next, n)
		}
		switch {
		case inUse[id]:
		case err == nil && isNamespace(ns.Path):
			p.ready = append(p.ready, ns)
		default:
			p.destroy(ctx, Namespace{ID: id, Path: filepath.Join(p.cfg.RunDir, id)})
		}
	}
	return nil
}

// Get takes a ready namespace, or makes one.
func (p *Pool) Get(ctx context.Context) (Namespace, error) {
	p.mu.Lock()
	var ns Namespace
	if n := len(p.ready); n > 0 {
		// The one that waits longest, as connections to it are then forgotten.
		ns, p.ready = p.ready[0], slices.Delete(p.ready, 0, 1)
	}
	p.mu.Unlock()
	p.wake()
	if ns.ID != "" {
		return ns, nil
	}
	return p.create(ctx)
}

// Alone makes a namespace that has only loopback, for several containers that are
// to reach each other and nobody else. It is never used again.
func (p *Pool) Alone() (Namespace, error) {
	ns := p.name()
	// As one that was never connected: whoever finds it unused destroys it.
	if err := writeRecord(ns.Path+".json", ns); err != nil {
		return Namespace{}, fmt.Errorf("container network: %w", err)
	}
	if err := makeNamespace(ns.Path); err != nil {
		return Namespace{}, fmt.Errorf("container network: %w", errors.Join(err, os.Remove(ns.Path+".json")))
	}
	return ns, nil
}

func (p *Pool) name() Namespace {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.next++
	id := "n" + strconv.Itoa(p.next)
	return Namespace{ID: id, Path: filepath.Join(p.cfg.RunDir, id)}
}

// Put gives a namespace back in which no process is left. A dirty one, in which a
// privileged container was, is destroyed.
func (p *Pool) Put(ctx context.Context, id string, dirty bool) {
	path := filepath.Join(p.cfg.RunDir, id)
	if _, err := os.Stat(path + ".json"); err != nil {
		return // it was given back before
	}
	ns, err := readRecord(path + ".json")
	if err != nil {
		ns, dirty = Namespace{ID: id, Path: path}, true
	}
	p.mu.Lock()
	known := slices.ContainsFunc(p.ready, func(r Namespace) bool { return r.ID == id })
	keep := !dirty && isNamespace(path) && len(p.ready) < max(2*p.cfg.Spare, keepIdle)
	if keep && !known {
		p.ready = append(p.ready, ns)
	}
	p.mu.Unlock()
	if !keep && !known {
		p.destroy(ctx, ns)
	}
}

// MarkDirty is called before a privileged container starts: should this process
// die, the next one does not take the namespace for a clean one.
func (p *Pool) MarkDirty(ns Namespace) error {
	return writeRecord(ns.Path+".json", Namespace{ID: ns.ID})
}

func (p *Pool) wake() {
	select {
	case p.refill <- struct{}{}:
	default:
	}
}

func (p *Pool) fill(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-p.refill:
		}
		for p.short() && ctx.Err() == nil {
			ns, err := p.create(ctx)
			if err != nil {
				if ctx.Err() == nil {
					p.cfg.Log.Warn("no network namespace could be made in advance", "error", err)
				}
				break
			}
			p.mu.Lock()
			p.ready = append(p.ready, ns)
			p.mu.Unlock()
		}
	}
}

func (p *Pool) short() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.ready) < p.cfg.Spare
}

func (p *Pool) create(ctx context.Context) (Namespace, error) {
	ns := p.name()
	if err := p.connect(ctx, &ns); err != nil {
		p.destroy(context.WithoutCancel(ctx), ns)
		return Namespace{}, fmt.Errorf("container network: %w", err)
	}
	return ns, nil
}

func (p *Pool) connect(ctx context.Context, ns *Namespace) error {
	// The record is there before anything else, so that nothing is ever forgotten.
	if err := writeRecord(ns.Path+".json", *ns); err != nil {
		return err
	}
	if err := makeNamespace(ns.Path); err != nil {
		return err
	}
	got, err := p.cni.AddNetworkList(ctx, p.conf, p.runtimeConf(*ns))
	if err != nil {
		return err
	}
	result, err := types100.NewResultFromResult(got)
	if err != nil {
		return err
	}
	for _, ip := range result.IPs {
		ns.Address = ip.Address.IP.String()
	}
	if err := p.isolate(result); err != nil {
		return err
	}
	return writeRecord(ns.Path+".json", *ns)
}

// isolate keeps the bridge from passing frames between containers; the firewall
// sees only what goes through the machine's own IP.
func (p *Pool) isolate(result *types100.Result) error {
	off := filepath.Join("/proc/sys/net/ipv6/conf", p.cfg.Bridge, "disable_ipv6")
	if err := os.WriteFile(off, []byte("1"), 0); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	for _, i := range result.Interfaces {
		if i.Sandbox != "" || i.Name == p.cfg.Bridge {
			continue
		}
		if err := os.WriteFile(filepath.Join("/sys/class/net", i.Name, "brport/isolated"), []byte("1"), 0); err != nil {
			return fmt.Errorf("isolate a container's port of the bridge: %w", err)
		}
	}
	return nil
}

func (p *Pool) runtimeConf(ns Namespace) *libcni.RuntimeConf {
	return &libcni.RuntimeConf{ContainerID: ns.ID, NetNS: ns.Path, IfName: interfaceName}
}

// destroy gives address and namespace back. What fails is tried again when the
// pool is opened the next time, because the record goes last.
func (p *Pool) destroy(ctx context.Context, ns Namespace) {
	err := errors.Join(p.cni.DelNetworkList(ctx, p.conf, p.runtimeConf(ns)), removeNamespace(ns.Path))
	if err == nil {
		err = os.Remove(ns.Path + ".json")
	}
	if err != nil && ctx.Err() == nil {
		p.cfg.Log.Warn("a network namespace could not be removed", "namespace", ns.ID, "error", err)
	}
}

// Release stops filling and leaves everything as it is, for the next process of
// this worker.
func (p *Pool) Release() {
	p.stop()
	p.done.Wait()
}

// Close removes all that Open and the pool made. No container may be left.
func (p *Pool) Close(ctx context.Context) error {
	p.Release()
	var errs []error
	spaces, _ := filepath.Glob(filepath.Join(p.cfg.RunDir, "n*"))
	for _, path := range spaces {
		if strings.HasSuffix(path, ".json") {
			errs = append(errs, os.Remove(path))
		} else {
			errs = append(errs, removeNamespace(path)) // the kernel removes the interfaces
		}
	}
	errs = append(errs,
		p.cfg.uninstall(ctx), removeBridge(p.cfg.Bridge),
		os.RemoveAll(p.cfg.Dir), os.RemoveAll(p.cfg.RunDir))
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("remove container network: %w", err)
	}
	return nil
}

func writeRecord(path string, ns Namespace) error {
	text, err := json.Marshal(ns)
	if err != nil {
		return err
	}
	if err := os.WriteFile(path+".new", text, 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// readRecord gives an error also for a namespace that was never connected, or is dirty.
func readRecord(path string) (Namespace, error) {
	var ns Namespace
	text, err := os.ReadFile(path)
	if err != nil {
		return ns, err
	}
	if err := json.Unmarshal(text, &ns); err != nil {
		return ns, err
	}
	if ns.Address == "" {
		return ns, errors.New("not connected, or dirty")
	}
	return ns, nil
}
