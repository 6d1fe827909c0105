package planfile

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/weirci/weir/planner"
)

// magic is the first line of every plan.
const magic = "weir plan\n"

// ErrNoPlan is returned for bytes that are something else.
var ErrNoPlan = errors.New("this is no Weir plan file")

// Encode gives the bytes of a plan.
func Encode(p *planner.Plan) []byte { return append([]byte(magic), p.Encode()...) }

// Decode reads them back, strictly: see planner.Decode. Errors: ErrNoPlan,
// *planner.FormatError, or one that says what is damaged.
func Decode(data []byte) (*planner.Plan, error) {
	body, ok := bytes.CutPrefix(data, []byte(magic))
	if !ok {
		return nil, ErrNoPlan
	}
	return planner.Decode(body)
}

// Write saves a plan, readable by its owner only. The file is there whole or not
// at all: a file of that name stays until the new one takes its place.
func Write(path string, p *planner.Plan) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".weir-plan-*") // made with mode 0600
	if err != nil {
		return fmt.Errorf("saving the plan: %w", err)
	}
	_, err = f.Write(Encode(p))
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("saving the plan: %w", errors.Join(err, os.Remove(f.Name())))
	}
	return nil
}

// Read loads a saved plan.
func Read(path string) (*planner.Plan, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading the plan: %w", err)
	}
	p, err := Decode(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return p, nil
}
