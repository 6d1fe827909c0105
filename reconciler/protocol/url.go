package protocol

import (
	"fmt"
	"net/url"
)

// BuildURL is where people see a build, on the server at external.
func BuildURL(external, team, pipeline, job string, number int64) string {
	return fmt.Sprintf("%s/teams/%s/pipelines/%s/jobs/%s/builds/%d", external, team, pipeline, url.PathEscape(job), number)
}
