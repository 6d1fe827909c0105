package graph

import (
	"reflect"
	"slices"
	"strings"
)

// Images are the references to images that the definitions hold, sorted, each
// once. It looks at fields by their canonical name, so it cannot forget a place.
func (g *Graph) Images() []string {
	var all []string
	for i := range g.nodes {
		all = images(all, reflect.ValueOf(g.nodes[i].Spec))
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func images(all []string, v reflect.Value) []string {
	switch v.Kind() {
	case reflect.Interface, reflect.Pointer:
		if !v.IsNil() {
			all = images(all, v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			all = images(all, v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("weir"), ",")
			if f := v.Field(i); name == "image" && f.Kind() == reflect.String && f.String() != "" {
				all = append(all, f.String())
			} else if name != "" {
				all = images(all, f)
			}
		}
	}
	return all
}
