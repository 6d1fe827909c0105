package function

import (
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

func collections() []row {
	const l, m, v = "list: the list", "map: the map or object", "value: the value"
	return []row{
		{"alltrue", allTrueFunc, "Whether all elements are true; of an empty list they are.", []string{"list: a list of bools"}, `alltrue([true, false])`, `false`},
		{"anytrue", anyTrueFunc, "Whether at least one element is true.", []string{"list: a list of bools"}, `anytrue([true, false])`, `true`},
		{"chunklist", stdlib.ChunklistFunc, "The list in pieces of a length; the last may be shorter.", []string{l, "length: of each piece"}, `chunklist(["a", "b", "c"], 2)`, `[["a", "b"], ["c"]]`},
		{"coalesce", stdlib.CoalesceFunc, "The first value that is not null.", []string{"values: one or more"}, `coalesce(null, "a", "b")`, `"a"`},
		{"coalescelist", stdlib.CoalesceListFunc, "The first list that is not empty.", []string{"lists: one or more"}, `coalescelist([], ["a"])`, `["a"]`},
		{"compact", stdlib.CompactFunc, "The list without empty texts and nulls.", []string{"list: a list of strings"}, `compact(["a", "", "b"])`, `["a", "b"]`},
		{"concat", stdlib.ConcatFunc, "One list of the elements of all.", []string{"lists: one or more"}, `concat(["a"], ["b", "c"])`, `["a", "b", "c"]`},
		{"contains", stdlib.ContainsFunc, "Whether a list or set has a value.", []string{l, v}, `contains(["a", "b"], "b")`, `true`},
		{"distinct", distinctFunc, "The list with each value once, where it came first.", []string{l}, `distinct(["a", "b", "a"])`, `["a", "b"]`},
		{"element", stdlib.ElementFunc, "An element by its number, from 0; numbers past the end begin anew.", []string{l, "number: which"}, `element(["a", "b"], 3)`, `"b"`},
		{"flatten", stdlib.FlattenFunc, "One list of the elements of lists in lists, however deep.", []string{l}, `flatten([["a"], [["b"], "c"]])`, `["a", "b", "c"]`},
		{"index", indexFunc, "The number of the first element that is equal to a value; it is an error if there is none.", []string{l, v}, `index(["a", "b"], "b")`, `1`},
		{"keys", stdlib.KeysFunc, "The keys, sorted.", []string{m}, `keys({ b = 1, a = 2 })`, `["a", "b"]`},
		{"length", lengthFunc, "The number of elements, or of the characters of a text.", []string{v}, `length(["a", "b"])`, `2`},
		{"lookup", stdlib.LookupFunc, "The value of a key, or a default where the key is not there.", []string{m, "key: the key", "default: what else"}, `lookup({ a = 1 }, "b", 9)`, `9`},
		{"matchkeys", matchKeysFunc, "The values whose keys, at the same place of another list, are among those looked for.",
			[]string{"values: a list", "keys: a list of the same length", "wanted: the keys to look for"}, `matchkeys(["x", "y"], ["a", "b"], ["b"])`, `["y"]`},
		{"merge", stdlib.MergeFunc, "One object of all; where a key is in more than one, the last one wins.", []string{"maps: one or more maps or objects"}, `merge({ a = 1, b = 2 }, { b = 3 })`, `{ a = 1, b = 3 }`},
		{"one", oneFunc, "The only element of a list, or null if it is empty; more elements are an error.", []string{l}, `one(["a"])`, `"a"`},
		{"range", stdlib.RangeFunc, "Numbers from a start (0) up to, but not including, a limit, by a step (1): range(limit), range(start, limit), range(start, limit, step). At most 1024.",
			[]string{"numbers: the limit; or the start and the limit; or start, limit and step"}, `range(1, 4)`, `[1, 2, 3]`},
		{"reverse", stdlib.ReverseListFunc, "The list in reverse order.", []string{l}, `reverse(["a", "b"])`, `["b", "a"]`},
		{"setintersection", stdlib.SetIntersectionFunc, "What is in all of the sets.", []string{"first: a set", "others: more sets"}, `setintersection(["a", "b"], ["b", "c"])`, `["b"]`},
		{"setproduct", stdlib.SetProductFunc, "All combinations of an element of each list or set, the last varying fastest.", []string{"sets: one or more lists or sets"},
			`setproduct(["a", "b"], [1, 2])`, `[["a", 1], ["a", 2], ["b", 1], ["b", 2]]`},
		{"setsubtract", stdlib.SetSubtractFunc, "What is in the first set and not in the second.", []string{"first: a set", "second: a set"}, `setsubtract(["a", "b"], ["b"])`, `["a"]`},
		{"setsymmetricdifference", stdlib.SetSymmetricDifferenceFunc, "What is in exactly one of two sets; of more sets, in an odd number of them.", []string{"first: a set", "others: more sets"},
			`setsymmetricdifference(["a", "b"], ["b", "c"])`, `["a", "c"]`},
		{"setunion", stdlib.SetUnionFunc, "What is in any of the sets.", []string{"first: a set", "others: more sets"}, `setunion(["a"], ["b", "a"])`, `["a", "b"]`},
		{"slice", stdlib.SliceFunc, "The elements from a number up to, but not including, another.", []string{l, "start: the first, from 0", "end: the one behind the last"},
			`slice(["a", "b", "c"], 1, 3)`, `["b", "c"]`},
		{"sort", stdlib.SortFunc, "The texts in the order of their characters' code points.", []string{"list: a list of strings"}, `sort(["b", "a"])`, `["a", "b"]`},
		{"transpose", transposeFunc, "A map of lists of strings the other way round: for each element the keys that have it.", []string{"map: a map of lists of strings"},
			`transpose({ a = ["x", "y"], b = ["y"] })`, `{ x = ["a"], y = ["a", "b"] }`},
		{"values", stdlib.ValuesFunc, "The values, in the order of their keys.", []string{m}, `values({ b = 1, a = 2 })`, `[2, 1]`},
		{"zipmap", stdlib.ZipmapFunc, "A map of keys and, in the same order, values.", []string{"keys: a list of strings", "values: a list of the same length"}, `zipmap(["a", "b"], [1, 2])`, `{ a = 1, b = 2 }`},
	}
}
