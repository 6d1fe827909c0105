package types

import (
	"github.com/weirci/weir/worker/resource"
	"github.com/weirci/weir/worker/resource/git"
	"github.com/weirci/weir/worker/resource/mock"
	"github.com/weirci/weir/worker/resource/timer"
)

// Schemas are what the built-in types take, by their names.
func Schemas() map[string]resource.Schema {
	return map[string]resource.Schema{
		"git":  resource.SchemaOf[git.Source, git.GetParams, git.PutParams](),
		"mock": resource.SchemaOf[mock.Source, mock.GetParams, mock.PutParams](),
		"time": resource.SchemaOf[timer.Source, struct{}, struct{}](),
	}
}
