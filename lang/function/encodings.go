package function

import (
	"encoding/base64"
	"errors"
	"net/url"
	"unicode/utf8"

	ctyyaml "github.com/zclconf/go-cty-yaml"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

func encodings() []row {
	const s = "text: the text"
	return []row{
		{"base64decode", text([]string{"text"}, base64Decode), "The text that Base64 stands for. It must be UTF-8.", []string{s}, `base64decode("aGVsbG8=")`, `"hello"`},
		{"base64encode", text1(base64Encode), "The bytes of a text as Base64.", []string{s}, `base64encode("hello")`, `"aGVsbG8="`},
		{"csvdecode", stdlib.CSVDecodeFunc, "The rows of a table in CSV as objects. The first line names the columns.", []string{s},
			`csvdecode("name,port\napi,80")`, `[{ name = "api", port = "80" }]`},
		{"jsondecode", stdlib.JSONDecodeFunc, "The value that JSON stands for.", []string{s}, `jsondecode("{\"a\": [1, true]}")`, `{ a = [1, true] }`},
		{"jsonencode", stdlib.JSONEncodeFunc, "A value as JSON, keys sorted, without blanks.", []string{"value: anything"}, `jsonencode({ b = 1, a = [true, null] })`, `"{\"a\":[true,null],\"b\":1}"`},
		{"urldecode", text([]string{"text"}, urlDecode), "The text that is written with escapes such as %20 and +.", []string{s}, `urldecode("a%26b+c")`, `"a&b c"`},
		{"urlencode", text1(url.QueryEscape), "The text with all escaped that means something in the query of a URL.", []string{s}, `urlencode("a&b c")`, `"a%26b+c"`},
		{"yamldecode", ctyyaml.YAMLDecodeFunc, "The value that one document of YAML stands for.", []string{s}, `yamldecode("a: [1, yes please]")`, `{ a = [1, "yes please"] }`},
		{"yamlencode", ctyyaml.YAMLEncodeFunc, "A value as YAML, keys sorted.", []string{"value: anything"}, `yamlencode({ b = "x", a = 1 })`, `"\"a\": 1\n\"b\": \"x\"\n"`},
	}
}

func base64Encode(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

func base64Decode(s []string) (string, error) {
	b, err := base64.StdEncoding.DecodeString(s[0])
	if err != nil {
		return "", errors.New("this is no Base64")
	}
	if !utf8.Valid(b) {
		return "", errors.New("the decoded bytes are not UTF-8 text")
	}
	return string(b), nil
}

func urlDecode(s []string) (string, error) {
	out, err := url.QueryUnescape(s[0])
	if err == nil && !utf8.ValidString(out) {
		err = errors.New("the decoded bytes are not UTF-8 text")
	}
	return out, err
}
