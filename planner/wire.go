package planner

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"

	"github.com/fxamacker/cbor/v2"

	"github.com/weirci/weir/compiler/graph"
)

// Format is the version of a plan's bytes.
const Format = 1

// FormatError is a plan of a format that this Weir does not know.
type FormatError struct{ Has, Reads int64 }

func (e *FormatError) Error() string {
	return fmt.Sprintf("made by a newer Weir: format %d, this one reads up to %d", e.Has, e.Reads)
}

// errDamaged is wrapped by what is wrong with the bytes of a plan.
var errDamaged = errors.New("the plan is damaged")

// The wire form: a plan holds the old definitions of what it changes, and finds
// the new ones in the desired graph, so that neither can be said twice.
type (
	wirePlan struct {
		Format    int64        `cbor:"format"`
		Team      string       `cbor:"team"`
		Pipeline  string       `cbor:"pipeline"`
		Revision  int64        `cbor:"revision,omitempty"`
		Digest    graph.Digest `cbor:"digest,omitempty"`
		Desired   []byte       `cbor:"desired,omitempty"`
		Changes   []wireChange `cbor:"changes,omitempty"`
		Unchanged int64        `cbor:"unchanged,omitempty"`
		Effects   []wireEffect `cbor:"effects,omitempty"`
	}
	wireChange struct {
		Kind    string          `cbor:"kind"`
		Address graph.Address   `cbor:"address"`
		Base    graph.Digest    `cbor:"base,omitempty"`
		Old     []byte          `cbor:"old,omitempty"`
		By      []graph.Address `cbor:"by,omitempty"`
		From    graph.Address   `cbor:"from,omitempty"`
	}
	wireEffect struct {
		Address  graph.Address `cbor:"address"`
		Sentence string        `cbor:"sentence"`
		Loss     bool          `cbor:"loss,omitempty"`
	}
)

type codec struct {
	enc cbor.EncMode
	dec cbor.DecMode
}

// modes are the one way to write (RFC 8949 §4.2.1) and the strict way to read.
var modes = sync.OnceValue(func() codec {
	enc, encErr := cbor.CoreDetEncOptions().EncMode()
	dec, decErr := cbor.DecOptions{
		DupMapKey:         cbor.DupMapKeyEnforcedAPF,
		IndefLength:       cbor.IndefLengthForbidden,
		TagsMd:            cbor.TagsForbidden,
		ExtraReturnErrors: cbor.ExtraDecErrorUnknownField,
		MaxArrayElements:  1 << 24,
	}.DecMode()
	if err := errors.Join(encErr, decErr); err != nil {
		panic("planner: " + err.Error())
	}
	return codec{enc, dec}
})

// Encode gives the canonical bytes: equal plans have equal bytes.
func (p *Plan) Encode() []byte {
	w := wirePlan{
		Format: Format, Team: p.Team, Pipeline: p.Pipeline,
		Revision: p.Base.Revision, Digest: p.Base.Digest, Unchanged: int64(p.Unchanged),
	}
	if p.Desired != nil {
		w.Desired = p.Desired.Encode()
	}
	for _, c := range p.Changes {
		w.Changes = append(w.Changes, encodeChange(c))
	}
	for _, e := range p.Effects {
		w.Effects = append(w.Effects, wireEffect(e))
	}
	out, err := modes().enc.Marshal(w)
	if err != nil {
		panic("planner: encoding a plan: " + err.Error()) // only fields of wirePlan are in it
	}
	return out
}

func encodeChange(c Change) wireChange {
	w := wireChange{Address: c.At(), Base: c.Guard()}
	switch c := c.(type) {
	case Create:
		w.Kind = "create"
	case Update:
		w.Kind, w.Old, w.From = "update", graph.EncodeSpec(c.Old), c.From
	case Delete:
		w.Kind, w.Old = "delete", graph.EncodeSpec(c.Old)
	case Affected:
		w.Kind, w.By = "affected", c.By
	}
	return w
}

// Digest identifies the plan.
func (p *Plan) Digest() graph.Digest {
	sum := sha256.Sum256(append([]byte("weir/plan/v1\x00"), p.Encode()...))
	return graph.Digest("sha256:" + hex.EncodeToString(sum[:]))
}

// Decode reads what Encode wrote. It trusts nothing: unknown fields, bytes that
// Encode would not have written, and changes that do not agree with the desired
// graph are errors.
func Decode(data []byte) (*Plan, error) {
	var head struct {
		Format int64 `cbor:"format"`
	}
	if err := cbor.Unmarshal(data, &head); err != nil {
		return nil, fmt.Errorf("%w: %w", errDamaged, err)
	}
	if head.Format > Format || head.Format < 1 {
		return nil, &FormatError{Has: head.Format, Reads: Format}
	}
	var w wirePlan
	if err := modes().dec.Unmarshal(data, &w); err != nil {
		return nil, fmt.Errorf("%w: %w", errDamaged, err)
	}
	p, err := w.plan()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errDamaged, err)
	}
	if !bytes.Equal(p.Encode(), data) {
		return nil, fmt.Errorf("%w: it is not in canonical form", errDamaged)
	}
	return p, nil
}
