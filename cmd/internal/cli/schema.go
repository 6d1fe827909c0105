package cli

import (
	"github.com/spf13/cobra"

	"github.com/weirci/weir/lang/cue/schema"
)

func (a *App) schemaCommand() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "schema",
		Short: "Print the schema of pipelines in CUE, JSON and YAML",
		Long: "Print the schema of pipelines in CUE, JSON and YAML, for editors and other tools:\n" +
			"as the CUE package " + schema.ImportPath + ", as JSON Schema or as OpenAPI.",
		Args: between(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			var text []byte
			var err error
			switch format {
			case "cue":
				text = schema.Source()
			case "jsonschema":
				text, err = schema.JSONSchema()
			case "openapi":
				text, err = schema.OpenAPI()
			default:
				return usage(cmd, "--format is cue, jsonschema or openapi, not "+format)
			}
			if err != nil {
				return err
			}
			_, err = a.Out.Write(text)
			return err
		},
	}
	cmd.Flags().StringVar(&format, "format", "cue", "cue, jsonschema or openapi")
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"cue", "jsonschema", "openapi"}, cobra.ShellCompDirectiveNoFileComp)) // fails only for a flag that is not there
	return cmd
}
