package place

import (
	"slices"
	"strings"
	"testing"
)

func chain(t testing.TB, text string) Chains {
	t.Helper()
	c, err := ParseChain(text)
	if err != nil {
		t.Fatal(err)
	}
	return Chains{Builds: c}
}

func offers(cpu, memory int64) func(*Worker) {
	return func(w *Worker) { w.Offers = Size{cpu, memory} }
}
func reserved(cpu, memory int64) func(*Worker) {
	return func(w *Worker) { w.Reserved = Size{cpu, memory} }
}
func busy(tasks, builds, volumes int) func(*Worker) {
	return func(w *Worker) { w.Busy = Busy{tasks, builds, volumes} }
}
func maxTasks(n int) func(*Worker)  { return func(w *Worker) { w.MaxTasks = n } }
func maxBuilds(n int) func(*Worker) { return func(w *Worker) { w.MaxBuilds = n } }
func ofJob(job string) func(*Run)   { return func(r *Run) { r.Job = job } }
func task(r *Run)                   { r.Kind = "task" }
func loose(r *Run)                  { r.Kind, r.Loose = "task", true }
func asks(cpu, memory int64) func(*Run) {
	return func(r *Run) { r.Asks = Size{cpu, memory} }
}

// Each strategy, alone and behind others: where three runs of one job go.
func TestStrategies(t *testing.T) {
	for _, c := range []struct {
		chain   string
		runs    []Run
		workers []Worker
		state   State
		want    string // workers, in order; what is held by its reason
	}{
		{"least-loaded", []Run{run("1"), run("2"), run("3")}, []Worker{worker("a", 4, 2), worker("b", 8, 3)}, State{}, "b a b"},
		{"least-loaded", []Run{run("1", asks(1000, 0)), run("2", asks(1000, 0)), run("3")}, []Worker{worker("a", 10, 0, offers(4000, 0), reserved(2000, 0)), worker("b", 10, 4)}, State{}, "b a b"},
		{"least-loaded", []Run{run("1"), run("2")}, []Worker{worker("a", 10, 0, offers(0, 8<<30), reserved(0, 6<<30)), worker("b", 10, 7)}, State{}, "b a"},
		{"fewest-build-containers", []Run{run("1"), run("2"), run("3")}, []Worker{worker("a", 9, 5, busy(0, 1, 0)), worker("b", 9, 2, busy(0, 2, 0))}, State{}, "a a b"},
		{"cache-locality,least-loaded", []Run{run("1", ofJob("j")), run("2", ofJob("other"))}, []Worker{worker("a", 9, 0), worker("b", 9, 3), worker("c", 9, 1)},
			State{Caches: []Caches{{"id-b", "j", 2}, {"id-c", "j", 1}}}, "b a"},
		{"volume-locality,least-loaded", []Run{run("1", of("x"), loose), run("2", of("y"), loose)}, []Worker{worker("a", 9, 0), worker("b", 9, 5)}, State{Homes: map[string]string{"x": "id-b"}}, "b a"},
		{"spread", []Run{run("1", of("x"), loose), run("2", of("x"), loose), run("3", of("x"), loose)}, []Worker{worker("a", 9, 0), worker("b", 9, 0), worker("c", 9, 0)},
			State{Homes: map[string]string{"x": "id-a"}, Open: []Open{{"id-a", "x", "j", 1}}}, "b c a"},
		{"spread", []Run{run("1", ofJob("j")), run("2", ofJob("j"))}, []Worker{worker("a", 9, 0), worker("b", 9, 8)}, State{Open: []Open{{"id-a", "z", "j", 1}}}, "b a"},
		{"limit-active-tasks=2", []Run{run("1", task), run("2", task), run("3")}, []Worker{worker("a", 9, 0, busy(1, 0, 0))}, State{}, "a Limited a"},
		{"limit-active-tasks=2", []Run{run("1", task), run("2", task), run("3", task)}, []Worker{worker("a", 9, 0, busy(2, 0, 0), maxTasks(4))}, State{}, "a a Limited"},
		{"limit-active-containers=3,least-loaded", []Run{run("1"), run("2")}, []Worker{worker("a", 9, 2), worker("b", 2, 2)}, State{}, "a Limited"},
		{"limit-active-volumes=5", []Run{run("1"), run("2", needs("a"))}, []Worker{worker("a", 9, 0, busy(0, 0, 5))}, State{}, "Limited a"},
		{"least-loaded", []Run{run("1", of("x")), run("2", of("y")), run("3", of("x"))}, []Worker{worker("a", 9, 0, maxBuilds(1))}, State{}, "a Limited a"},
	} {
		t.Run(c.chain, func(t *testing.T) {
			s := c.state
			s.Runs, s.Workers, s.Chains = c.runs, c.workers, chain(t, c.chain)
			if got := places(Decide(s)); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

// places is where the runs go, by id.
func places(commands []Command) string {
	at := map[string]string{}
	for _, c := range commands {
		switch c := c.(type) {
		case Assign:
			at[c.Run] = strings.TrimPrefix(c.Worker, "id-")
		case Hold:
			at[c.Run] = c.Reason
		}
	}
	var out []string
	for _, id := range []string{"1", "2", "3"} {
		if at[id] != "" {
			out = append(out, at[id])
		}
	}
	return strings.Join(out, " ")
}

// Which of the chains a run goes by.
func TestChains(t *testing.T) {
	c := Chains{Builds: chain(t, "spread").Builds, NoInput: chain(t, "random").Builds, Checks: chain(t, "least-loaded").Builds}
	for want, r := range map[string]Run{"spread": {Build: "b", Needs: "w"}, "random": {Build: "b"}, "least-loaded": {}} {
		if got := c.of(&r); got[0].Name != want || !c.Uses(want) || c.Uses("cache-locality") {
			t.Errorf("%+v: %v", r, got)
		}
	}
	if got := (Chains{}).of(&Run{}); len(got) != 3 || !(Chains{}).Uses("cache-locality") {
		t.Errorf("%v", got)
	}
}

func TestParseChain(t *testing.T) {
	for text, want := range map[string]string{
		"spread, limit-active-tasks=4": "", "": `"" is no strategy; there are volume-locality, `, "nearest": `"nearest" is no strategy`,
		"spread,spread": "spread is there twice", "spread=1": "spread takes no number", "limit-active-tasks": "wants a number: limit-active-tasks=4",
		"limit-active-tasks=0": `"0" is not a number of at least 1`, "limit-active-tasks=x": `"x" is not a number`,
	} {
		got, err := ParseChain(text)
		if want == "" && (err != nil || got[1].String() != "limit-active-tasks=4") || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
	for _, s := range Strategies() {
		if s.fact == nil || s.Does == "" || s.limit == nil && s.rank == nil || (s.limit == nil) != (s.Takes == "") {
			t.Errorf("%+v", s)
		}
	}
}

// What is said of runs for which there is no room, with numbers.
func TestSizes(t *testing.T) {
	arm := func(w *Worker) { w.Platform = "linux/arm64" }
	amd := func(w *Worker) { w.Platform = "linux/amd64" }
	on := func(p string) func(*Run) { return func(r *Run) { r.Platform = p } }
	for _, c := range []struct {
		name    string
		run     Run
		workers []Worker
		want    []Command
	}{
		{"linux is any of it", run("1", on("linux")), []Worker{worker("a", 1, 0, arm)}, []Command{Assign{"1", "id-a"}}},
		{"a platform", run("1", on("linux/arm64")), []Worker{worker("a", 1, 0, amd), worker("b", 9, 8, arm)}, []Command{Assign{"1", "id-b"}}},
		{"no such platform", run("1", on("linux/riscv64")), []Worker{worker("a", 1, 0, amd), worker("b", 9, 8, arm), worker("c", 1, 0, amd), worker("d", 1, 0, arm, has("gpu"))},
			[]Command{Hold{"1", "NoWorkerWithPlatform", "no worker is linux/riscv64; of those that may have it otherwise there are 2 linux/amd64, 1 linux/arm64"}}},
		{"never", run("1", asks(64000, 1<<30)), []Worker{worker("a", 1, 0, offers(8000, 16<<30)), worker("b", 1, 1, offers(16000, 4<<30), stalled), worker("c", 9, 0, has("gpu"), offers(128000, 1<<40))},
			[]Command{Hold{"1", "TooLarge", "it asks for cpu 64, memory 1 GiB, and the largest of the 2 workers that may have it, b, has cpu 16, memory 4 GiB"}}},
		{"not now", run("1", asks(2000, 0)), []Worker{worker("a", 8, 3, offers(4000, 0), reserved(2500, 0)), worker("b", 2, 2, offers(4000, 0))},
			[]Command{Hold{"1", "NoRoom", "it asks for cpu 2: a has cpu 1.5 free of cpu 4, 1 are full; 0 runs ahead"}, Keep{"id-a", "1"}}},
		{"what nobody counts fits", run("1", asks(64000, 1<<40)), []Worker{worker("a", 1, 0)}, []Command{Assign{"1", "id-a"}}},
		{"who asks for nothing goes past what is overcommitted", run("1"), []Worker{worker("a", 9, 0, offers(1000, 0), reserved(2000, 0))}, []Command{Assign{"1", "id-a"}}},
		{"a limit", run("1", task), []Worker{worker("a", 9, 2, busy(2, 2, 0), maxTasks(2))},
			[]Command{Hold{"1", "Limited", "a has 2 tasks of 2 and 0 builds of any number; 0 runs ahead"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Decide(State{Runs: []Run{c.run}, Workers: c.workers}); !slices.Equal(got, c.want) {
				t.Errorf("\n got %v\nwant %v", got, c.want)
			}
		})
	}
}

// A worker that leaves goes on with the builds that it has, but for those that nobody
// waits for.
func TestLeavingWorkers(t *testing.T) {
	for _, status := range []func(*Worker){func(w *Worker) { w.Status = "landing" }, func(w *Worker) { w.Status = "retiring" }} {
		s := State{Workers: []Worker{worker("a", 9, 0, status), worker("b", 9, 8)}, Homes: map[string]string{"x": "id-a", "y": "id-a"}, Runs: []Run{
			run("1", of("x")), run("2", of("y"), func(r *Run) { r.Interruptible = true }), run("3", of("z")),
		}}
		s.Workers[1].Capacity = 10
		if got := places(Decide(s)); got != "a b b" {
			t.Errorf("got %s", got)
		}
	}
}
