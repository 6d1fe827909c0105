package function

import "path"

func paths() []row {
	return []row{
		{"basename", text1(path.Base), "The last part of a path.", []string{"path: the path"}, `basename("cmd/app/main.go")`, `"main.go"`},
		{"dirname", text1(path.Dir), "The path without its last part.", []string{"path: the path"}, `dirname("cmd/app/main.go")`, `"cmd/app"`},
	}
}
