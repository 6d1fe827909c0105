package graph

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
)

// value decodes the next item into v, whose type says what it must be.
func (d *decoder) value(v reflect.Value, depth int) {
	if depth > maxDepth {
		d.fail(fmt.Errorf("nested deeper than %d", maxDepth))
	}
	if d.err != nil {
		return
	}
	switch v.Type() {
	case mapType:
		m, _ := d.data(depth).(Map)
		if d.err == nil && m == nil {
			d.fail(errors.New("a value has the wrong type, want a map"))
		}
		v.Set(reflect.ValueOf(m))
		return
	case valueType:
		v.Set(reflect.ValueOf(d.data(depth)))
		return
	case bodyType:
		d.body(v, depth)
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(d.text())
	case reflect.Int64:
		v.SetInt(d.int())
	case reflect.Bool:
		v.SetBool(d.bool())
	case reflect.Struct:
		d.fields(v, depth)
	case reflect.Slice:
		d.slice(v, depth)
	case reflect.Map:
		d.stringMap(v)
	default:
		panic(fmt.Sprintf("graph: %s has no canonical form", v.Type()))
	}
}

func (d *decoder) fields(v reflect.Value, depth int) {
	l := layouts()[v.Type()]
	for range d.count(majorMap) {
		name := d.text()
		i := slices.IndexFunc(l, func(f field) bool { return f.name == name })
		if i < 0 {
			d.fail(fmt.Errorf("%s has no field %q: made by a newer Weir?", v.Type().Name(), name))
			return
		}
		d.value(v.Field(l[i].index), depth+1)
	}
}

func (d *decoder) slice(v reflect.Value, depth int) {
	n := d.count(majorArray)
	for range n {
		item := reflect.New(v.Type().Elem()).Elem()
		d.value(item, depth+1)
		if d.err != nil {
			return
		}
		v.Set(reflect.Append(v, item))
	}
}

func (d *decoder) stringMap(v reflect.Value) {
	m := map[string]string{}
	for range d.count(majorMap) {
		k := d.text()
		m[k] = d.text()
	}
	v.Set(reflect.ValueOf(m))
}

func (d *decoder) body(v reflect.Value, depth int) {
	if d.count(majorMap) != 1 {
		d.fail(errCanonical)
		return
	}
	switch kind := StepKind(d.text()); kind {
	case StepGet:
		decodeBody[Get](d, v, depth)
	case StepPut:
		decodeBody[Put](d, v, depth)
	case StepTask:
		decodeBody[Task](d, v, depth)
	case StepLoad:
		decodeBody[Load](d, v, depth)
	case StepSetPipeline:
		decodeBody[SetPipeline](d, v, depth)
	case StepApproval:
		decodeBody[Approval](d, v, depth)
	case StepDo:
		decodeBody[Do](d, v, depth)
	case StepParallel:
		decodeBody[Parallel](d, v, depth)
	case StepTry:
		decodeBody[Try](d, v, depth)
	default:
		d.fail(fmt.Errorf("%q is no kind of step: made by a newer Weir?", kind))
	}
}

func decodeBody[B Body](d *decoder, v reflect.Value, depth int) {
	var b B
	d.fields(reflect.ValueOf(&b).Elem(), depth+1)
	v.Set(reflect.ValueOf(b))
}

// data decodes a Value of any kind.
func (d *decoder) data(depth int) Value {
	if depth > maxDepth {
		d.fail(fmt.Errorf("nested deeper than %d", maxDepth))
	}
	if d.err != nil || len(d.src) == 0 {
		d.fail(errShort)
		return Null{}
	}
	switch d.src[0] & 0xe0 {
	case majorUint, majorNeg:
		return decimal{mantissa: d.int()}.Number()
	case majorText:
		return String(d.text())
	case majorArray:
		return d.list(depth)
	case majorMap:
		return d.dataMap(depth)
	case majorTag:
		return d.tagged(depth)
	}
	if d.src[0] == cborNull {
		d.src = d.src[1:]
		return Null{}
	}
	return Bool(d.bool())
}

func (d *decoder) list(depth int) List {
	out := List{}
	for range d.count(majorArray) {
		out = append(out, d.data(depth+1))
		if d.err != nil {
			break
		}
	}
	return out
}

func (d *decoder) dataMap(depth int) Map {
	out := Map{}
	for range d.count(majorMap) {
		k := d.text()
		out[k] = d.data(depth + 1)
		if d.err != nil {
			break
		}
	}
	return out
}

func (d *decoder) tagged(depth int) Value {
	_, tag := d.head()
	items := d.count(majorArray)
	switch {
	case d.err != nil:
	case tag == tagDecimal && items == 2:
		e, m := d.int(), d.int()
		if e < -maxExponent || e > maxExponent {
			d.fail(errCanonical)
			return Null{}
		}
		return decimal{exponent: e, mantissa: m}.Number()
	case tag == tagDeferred && items == 3:
		return d.deferred(depth)
	default:
		d.fail(fmt.Errorf("a value has the unknown tag %d", tag))
	}
	return Null{}
}

func (d *decoder) deferred(depth int) Value {
	out := Deferred{Source: d.text()}
	out.Closed, _ = d.data(depth + 1).(Map)
	for range d.count(majorArray) {
		out.Refs = append(out.Refs, d.text())
	}
	if len(out.Closed) == 0 {
		out.Closed = nil
	}
	return out
}
