package graph

import (
	"errors"
	"fmt"
)

// magic is the first item of every encoded graph.
const magic = "weir.graph"

// Encode gives the canonical bytes: [magic, format, header, [[address, kind,
// spec, meta], …]]. They are the graph's identity; equal graphs have equal bytes.
func (g *Graph) Encode() []byte {
	dst := appendHead(nil, majorArray, 4)
	dst = appendText(dst, magic)
	dst = appendInt(dst, Format)
	dst = append(dst, EncodeHeader(g.header)...)
	dst = appendHead(dst, majorArray, uint64(len(g.nodes)))
	for i := range g.nodes {
		n := &g.nodes[i]
		dst = appendHead(dst, majorArray, 4)
		dst = appendText(dst, string(n.Address))
		dst = appendText(dst, string(n.Spec.Kind()))
		dst = append(dst, EncodeSpec(n.Spec)...)
		dst = append(dst, EncodeMeta(n.Meta)...)
	}
	return dst
}

// Decode reads canonical bytes. It trusts nothing: bytes that are not canonical,
// references to nothing and cycles are errors, and digests are computed anew.
func Decode(data []byte) (*Graph, error) {
	d := decoder{src: data}
	if n := d.count(majorArray); n != 4 || d.text() != magic {
		return nil, errors.New("this is no plan graph")
	}
	if f := d.int(); d.err == nil && f != Format {
		return nil, fmt.Errorf("the plan graph has format %d; this Weir reads format %d", f, Format)
	}
	header, err := DecodeHeader(d.item())
	if err != nil {
		return nil, fmt.Errorf("reading the header of a plan graph: %w", err)
	}
	b := NewBuilder(header)
	last := Address("")
	for range d.count(majorArray) {
		last, err = d.node(b, last)
		if err != nil {
			return nil, fmt.Errorf("reading a plan graph: %w", err)
		}
	}
	if d.err == nil && len(d.src) > 0 {
		return nil, errors.New("reading a plan graph: there is data after the end")
	}
	if d.err != nil {
		return nil, fmt.Errorf("reading a plan graph: %w", d.err)
	}
	return b.Finish()
}

// node reads one node into the builder; addresses must rise.
func (d *decoder) node(b *Builder, last Address) (Address, error) {
	if d.count(majorArray) != 4 {
		return "", errors.Join(d.err, errCanonical)
	}
	a, kind := Address(d.text()), Kind(d.text())
	specBytes, metaBytes := d.item(), d.item()
	if d.err != nil {
		return "", d.err
	}
	if a <= last {
		return "", fmt.Errorf("%s: %w", a, errCanonical)
	}
	spec, err := DecodeSpec(kind, specBytes)
	if err != nil {
		return "", fmt.Errorf("%s: %w", a, err)
	}
	meta, err := DecodeMeta(metaBytes)
	if err != nil {
		return "", fmt.Errorf("%s: %w", a, err)
	}
	return a, b.Add(a, spec, meta)
}

// item gives the bytes of the next whole item.
func (d *decoder) item() []byte {
	start := d.src
	d.skip(0)
	if d.err != nil {
		return nil
	}
	return start[:len(start)-len(d.src)]
}

func (d *decoder) skip(depth int) {
	if depth > 2*maxDepth {
		d.fail(fmt.Errorf("nested deeper than %d", maxDepth))
	}
	if d.err != nil {
		return
	}
	major, n := d.head()
	switch major {
	case majorText:
		if n > uint64(len(d.src)) {
			d.fail(errShort)
			return
		}
		d.src = d.src[n:]
	case majorArray, majorMap:
		if n > uint64(len(d.src)) {
			d.fail(errShort)
			return
		}
		if major == majorMap {
			n *= 2
		}
		for range n {
			d.skip(depth + 1)
		}
	case majorTag:
		d.skip(depth + 1)
	}
}
