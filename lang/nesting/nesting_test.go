package nesting

import (
	"strings"
	"testing"
)

func TestTooDeep(t *testing.T) {
	n := Max + 1
	for name, text := range map[string]string{
		"brackets": strings.Repeat("[", n), "calls": strings.Repeat("f(", n), "a sum": "1" + strings.Repeat(" + 1", n), "indexes": "a" + strings.Repeat("[0]", n),
		"templates": strings.Repeat(`"${`, n), "signs": strings.Repeat("!", n) + "true",
	} {
		if _, deep := File("f", []byte("x = "+text)); !deep {
			t.Errorf("%s in a file pass", name)
		}
		if _, deep := Template("f", []byte("text ${"+text)); !deep {
			t.Errorf("%s in a template pass", name)
		}
	}
}

func TestDeepEnough(t *testing.T) {
	for name, text := range map[string]string{
		"text of a template": strings.Repeat("({[- ", 5000),
		"many parts":         strings.Repeat("${a + 1} ", 5000),
	} {
		if at, deep := Template("f", []byte(text)); deep {
			t.Errorf("%s: %v", name, at)
		}
	}
	if at, deep := File("f", []byte("x = ["+strings.Repeat("-1, ", 5000)+"]")); deep {
		t.Error(at)
	}
}
