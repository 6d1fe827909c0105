package assist

// root is a word that references begin with.
type root struct {
	about  string
	has    string   // root of the symbols that follow it
	by     []string // the types of the blocks that define those; none: all
	fields []string // or what follows it
	inJob  bool     // it means something inside of blocks only
}

// roots are what expressions may begin with. Read only.
var roots = map[string]root{
	"var":           {about: "The value of a variable.", has: "var"},
	"local":         {about: "A value of a `locals` block.", has: "local"},
	"resource":      {about: "A resource, by its type and name.", has: "resource"},
	"resource_type": {about: "A resource type that is declared here.", has: "resource_type"},
	"job":           {about: "A job.", has: "job"},
	"task":          {about: "A shared task.", has: "task"},
	"module":        {about: "A module that is called; its outputs.", has: "module"},
	"secret":        {about: "A secret, read in the run: `secret.SOURCE.PATH`.", has: "secret"},
	"pipeline":      {about: "The pipeline itself.", fields: []string{"name"}},
	"path":          {about: "Directories.", fields: []string{"module"}},
	"each":          {about: "The element of `for_each` that this block is for.", fields: []string{"key", "value"}, inJob: true},
	"count":         {about: "The number of this block, of those that `count` makes.", fields: []string{"index"}, inJob: true},
	"build": {about: "The build, in the run.", inJob: true,
		fields: []string{"created_by", "id", "job", "name", "number", "pipeline", "team", "url"}},
	"event": {about: "What is told, in `notify` blocks.", inJob: true,
		fields: []string{"change", "id", "message", "previous", "status"}},
	"version":  {about: "The version that a get of this job brought, in the run: `version.GET.KEY`.", has: "step", by: []string{"get"}, inJob: true},
	"load":     {about: "A value that a `load` step read, in the run.", has: "step", by: []string{"load"}, inJob: true},
	"step":     {about: "How an earlier step of the job ended, in the run.", has: "step", inJob: true},
	"artifact": {about: "What an earlier step of the job made, as the image of a task.", has: "step", inJob: true},
	"params":   {about: "An input of the build that a person gave, in the run.", has: "params", inJob: true},
	"across":   {about: "The value of an `across` block of this step, in the run.", has: "across", inJob: true},
}
