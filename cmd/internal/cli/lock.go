package cli

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/weirci/weir/cmd/internal/view"
	"github.com/weirci/weir/compiler"
	"github.com/weirci/weir/lang"
	"github.com/weirci/weir/lang/module"
	"github.com/weirci/weir/lang/module/fetch"
)

type lockOptions struct {
	source
	upgrade, check bool
}

func (a *App) lockCommand() *cobra.Command {
	var o lockOptions
	cmd := &cobra.Command{
		Use:   "lock [DIR]",
		Short: "Lock the images of a pipeline to digests, so that what was planned is what runs",
		Long: `Ask registries which digest each image of the pipeline has that is named without
one, and write that into weir.lock.hcl. From then on the pipeline compiles to
image:tag@digest. What is locked stays as it is; --upgrade asks for all anew.`,
		Args: atMostOne(),
		RunE: func(cmd *cobra.Command, args []string) error { return a.lock(cmd.Context(), o, directory(args)) },
	}
	o.add(cmd)
	cmd.Flags().BoolVar(&o.upgrade, "upgrade", false, "take what the tags stand for now, not what is locked")
	cmd.Flags().BoolVar(&o.check, "check", false, "write nothing; fail if the lock would change")
	return cmd
}

func (a *App) lock(ctx context.Context, o lockOptions, dir string) error {
	images, err := a.unpinned(o.source, dir)
	if err != nil {
		return err
	}
	old, _, err := a.readLock(dir)
	if err != nil {
		return err
	}
	var locked []view.ImageLock
	if o.check && !o.upgrade {
		locked = compareImages(old.Digests(), images)
	} else if locked, err = resolve(ctx, old.Digests(), images, o.upgrade); err != nil {
		return err
	}
	changed := slices.ContainsFunc(locked, changes)
	if changed && !o.check {
		next := &module.Lock{Modules: old.Modules}
		for _, i := range locked {
			if i.Action != view.ImageUnused {
				next.Images = append(next.Images, module.Image{Reference: i.Image, Digest: i.Digest})
			}
		}
		if err := module.WriteLock(dir, next); err != nil {
			return err
		}
	}
	if err := a.printImages(locked, o.check); err != nil {
		return err
	}
	if changed && o.check {
		return exitCode(1)
	}
	return nil
}

func changes(i view.ImageLock) bool { return i.Action != view.ImageKept }

// unpinned are the images of a pipeline that are named without a digest.
func (a *App) unpinned(s source, dir string) ([]string, error) {
	if err := checkDirectory(dir); err != nil {
		return nil, err
	}
	cfg, sources, list := lang.Load(dir, s.inputs(os.Environ()))
	if cfg != nil {
		cfg.Images = nil // as they are written
	}
	g, more := compiler.Compile(cfg)
	list.Append(more...)
	list.Sort()
	if err := a.report(a.Err, fromHere(list, sources)); err != nil {
		return nil, err
	}
	if list.HasErrors() || g == nil {
		return nil, exitCode(2)
	}
	return slices.DeleteFunc(g.Images(), func(i string) bool { return strings.Contains(i, "@") }), nil
}

// compareImages says what locking would do, without asking anybody.
func compareImages(old map[string]string, images []string) []view.ImageLock {
	var all []view.ImageLock
	for _, i := range images {
		action := view.ImageKept
		if old[i] == "" {
			action = view.ImageMissing
		}
		all = append(all, view.ImageLock{Image: i, Digest: old[i], Action: action})
	}
	return append(all, unused(old, images)...)
}

func unused(old map[string]string, images []string) []view.ImageLock {
	var all []view.ImageLock
	for i, digest := range old {
		if !slices.Contains(images, i) {
			all = append(all, view.ImageLock{Image: i, Digest: digest, Action: view.ImageUnused})
		}
	}
	slices.SortFunc(all, func(x, y view.ImageLock) int { return strings.Compare(x.Image, y.Image) })
	return all
}

const asksAtOnce = 8

// resolve finds the digests that are not locked, or all.
func resolve(ctx context.Context, old map[string]string, images []string, upgrade bool) ([]view.ImageLock, error) {
	all := compareImages(old, images)
	problems := make([]string, len(all))
	var g errgroup.Group
	g.SetLimit(asksAtOnce)
	for n := range all {
		i := &all[n]
		if i.Action == view.ImageUnused || i.Action == view.ImageKept && !upgrade {
			continue
		}
		g.Go(func() error {
			digest, err := fetch.ImageDigest(ctx, i.Image)
			switch {
			case err != nil:
				problems[n] = fmt.Sprintf("%s: %s", i.Image, err)
			case i.Digest == "":
				i.Action, i.Digest = view.ImageLocked, digest
			case i.Digest != digest:
				i.Action, i.Before, i.Digest = view.ImageUpgraded, i.Digest, digest
			}
			return nil
		})
	}
	_ = g.Wait() // problems are kept, to say all of them
	if ctx.Err() != nil {
		return nil, context.Canceled
	}
	if problems = slices.DeleteFunc(problems, func(p string) bool { return p == "" }); len(problems) > 0 {
		return nil, problem("the digest of "+view.Count(len(problems), "image")+" cannot be found; nothing was locked.", problems...)
	}
	return all, nil
}

func (a *App) printImages(all []view.ImageLock, check bool) error {
	if a.global.json {
		return view.WriteValue(a.Out, map[string]any{"images": view.ImagesJSON(all)})
	}
	if err := view.ImageLocks(all).Write(a.Out, a.terminal()); err != nil {
		return err
	}
	if check && slices.ContainsFunc(all, changes) {
		a.printError(problem("the lock is not up to date.", "Bring it up to date with `weir lock`."))
	}
	return nil
}
