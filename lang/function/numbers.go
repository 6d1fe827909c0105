package function

import (
	"errors"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

func numbers() []row {
	return []row{
		{"abs", stdlib.AbsoluteFunc, "The number without its sign.", []string{"number: the number"}, `abs(-3)`, `3`},
		{"ceil", stdlib.CeilFunc, "The next whole number that is not smaller.", []string{"number: the number"}, `ceil(2.1)`, `3`},
		{"floor", stdlib.FloorFunc, "The next whole number that is not greater.", []string{"number: the number"}, `floor(2.9)`, `2`},
		{"log", stdlib.LogFunc, "The logarithm of a number in a base.", []string{"number: the number", "base: the base"}, `log(16, 2)`, `4`},
		{"max", stdlib.MaxFunc, "The greatest of the numbers.", []string{"numbers: one or more"}, `max(3, 7, 5)`, `7`},
		{"min", stdlib.MinFunc, "The smallest of the numbers.", []string{"numbers: one or more"}, `min(3, 7, 5)`, `3`},
		{"parseint", stdlib.ParseIntFunc, "The whole number that a text says in a base from 2 to 62.", []string{"text: the digits", "base: the base"}, `parseint("ff", 16)`, `255`},
		{"pow", stdlib.PowFunc, "A number raised to a power.", []string{"number: the base", "power: the exponent"}, `pow(2, 10)`, `1024`},
		{"signum", stdlib.SignumFunc, "-1, 0 or 1: the sign of a number.", []string{"number: the number"}, `signum(-12)`, `-1`},
		{"sum", sumFunc, "The sum of the numbers of a list that is not empty.", []string{"list: numbers"}, `sum([10, 2.5])`, `12.5`},
	}
}

var sumFunc = overElements(cty.Number, cty.Number, func(all []cty.Value) (cty.Value, error) {
	if len(all) == 0 {
		return cty.NilVal, errors.New("the list is empty")
	}
	sum := cty.Zero
	for _, v := range all {
		if v.IsNull() {
			return cty.NilVal, errors.New("a null is no number")
		}
		var err error
		if sum, err = stdlib.Add(sum, v); err != nil {
			return cty.NilVal, err
		}
	}
	return sum, nil
})
