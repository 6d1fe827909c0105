package taskfile

import (
	"fmt"
	"strings"
)

// concourse tells its tasks by what they must have and others do not.
func (f *fields) concourse() bool {
	_, run := f.left["run"].(map[string]any)
	return run || f.left["image_resource"] != nil || f.left["rootfs_uri"] != nil || f.left["platform"] != nil
}

// native are the arguments of a task block.
func (f *fields) native() Definition {
	d := Definition{
		Image: f.text("image"), Run: f.texts("run"), Script: f.text("script"), Dir: f.text("dir"), User: f.text("user"), Env: f.env("env"),
		Caches: f.texts("caches"), Hermetic: f.flag("hermetic"),
	}
	for _, name := range f.texts("inputs") {
		d.Inputs = append(d.Inputs, Mount{Name: name})
	}
	for _, name := range f.texts("outputs") {
		d.Outputs = append(d.Outputs, Mount{Name: name})
	}
	if l := f.inside("limits"); l != nil {
		d.CPU, d.Memory, d.Pids = l.number("cpu", 0.001, 1e6, 1000), l.size("memory"), l.number("pids", 1, 1e9, 1)
		f.done(l)
	}
	if f.left["privileged"] != nil {
		f.fail("privileged", "rights are given in the pipeline, not in a file")
	}
	return d
}

// fromConcourse reads what Concourse calls a task config.
func (f *fields) fromConcourse() Definition {
	d := Definition{Env: f.env("params")}
	if p := f.text("platform"); p != "" && p != "linux" {
		f.fail("platform", "it is %q, and workers are linux", p)
	}
	if f.left["rootfs_uri"] != nil {
		f.fail("rootfs_uri", "a directory of a worker cannot be an image: use image_resource")
	}
	if run := f.inside("run"); run != nil {
		if path := run.text("path"); path != "" {
			d.Run = append([]string{path}, run.texts("args")...)
		}
		d.Dir, d.User = run.text("dir"), run.text("user")
		f.done(run)
	}
	d.Inputs, d.Outputs = f.mounts("inputs", true), f.mounts("outputs", false)
	for i, c := range f.list("caches") {
		in := f.object(fmt.Sprintf("caches[%d]", i), c)
		d.Caches = append(d.Caches, in.text("path"))
		f.done(in)
	}
	if l := f.inside("container_limits"); l != nil {
		d.Memory = l.size("memory")
		l.take("cpu") // shares of a machine that others share differently: no limit by itself
		f.done(l)
	}
	if r := f.inside("image_resource"); r != nil {
		d.Image = r.image()
		f.done(r)
	}
	return d
}

func (f *fields) mounts(name string, optional bool) []Mount {
	var out []Mount
	for i, v := range f.list(name) {
		in := f.object(fmt.Sprintf("%s[%d]", name, i), v)
		m := Mount{Name: in.text("name"), Path: strings.Trim(strings.TrimPrefix(in.text("path"), "./"), "/")}
		if optional {
			m.Optional = in.flag("optional")
		}
		if m.Path == m.Name {
			m.Path = ""
		}
		f.done(in)
		out = append(out, m)
	}
	return out
}

// image is the reference that an image_resource of a registry means.
func (f *fields) image() string {
	if typ := f.text("type"); typ != "registry-image" && typ != "docker-image" {
		f.fail("type", "%q brings no image that a task file can name: use registry-image, or get it and say image in the pipeline", typ)
	}
	f.take("params")
	src := f.inside("source")
	if src == nil {
		f.fail("source", "it is missing")
		return ""
	}
	ref, tag := src.text("repository"), src.take1("tag")
	if ref == "" {
		src.fail("repository", "it is missing")
	}
	if tag != "" {
		ref += ":" + tag
	}
	f.done(src)
	if v := f.inside("version"); v != nil {
		if digest := v.text("digest"); digest != "" {
			ref += "@" + digest
		}
		f.done(v)
	}
	return ref
}

// take1 is a text that people write as a number, too: tag: 1.37.
func (f *fields) take1(name string) string {
	v, ok := f.take(name)
	if !ok {
		return ""
	}
	return fmt.Sprint(v)
}
