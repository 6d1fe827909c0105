package notify

import (
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
)

// github is GitHub's, of github.com or of an Enterprise Server:
// https://docs.github.com/en/rest/commits/statuses
type github struct{}

func (github) base() string { return "https://api.github.com" }

func (github) header(token string) http.Header {
	return http.Header{
		"Authorization": {"Bearer " + token}, "Accept": {"application/vnd.github+json"}, "X-Github-Api-Version": {"2022-11-28"},
	}
}

func (github) repository(base, name string) string { return base + "/repos/" + escaped(name) }

func (github) status(repo, sha string, s commitStatus) request {
	return post(repo+"/statuses/"+sha, map[string]string{
		"state": plainState(s.status), "context": s.context, "description": s.description, "target_url": s.url,
	})
}

func (github) already(int, string) bool { return false }

// gitea is Gitea's, and Forgejo's: https://docs.gitea.com/api/ (repoCreateStatus).
type gitea struct{}

func (gitea) base() string { return "" }

func (gitea) header(token string) http.Header {
	return http.Header{"Authorization": {"token " + token}}
}

func (gitea) repository(base, name string) string { return base + "/api/v1/repos/" + escaped(name) }

func (gitea) status(repo, sha string, s commitStatus) request { return github{}.status(repo, sha, s) }

func (gitea) already(int, string) bool { return false }

// gitlab is GitLab's: https://docs.gitlab.com/api/commits/#set-commit-pipeline-status
type gitlab struct{}

func (gitlab) base() string { return "https://gitlab.com" }

func (gitlab) header(token string) http.Header { return http.Header{"Private-Token": {token}} }

func (gitlab) repository(base, name string) string {
	return base + "/api/v4/projects/" + url.PathEscape(name)
}

func (gitlab) status(repo, sha string, s commitStatus) request {
	state := map[string]string{"started": "running", "succeeded": "success", "aborted": "canceled"}[s.status]
	if state == "" {
		state = "failed"
	}
	return post(repo+"/statuses/"+sha, map[string]string{
		"state": state, "name": s.context, "description": s.description, "target_url": s.url,
	})
}

// gitlabStays is GitLab's refusal to move a commit to a status.
var gitlabStays = regexp.MustCompile(`Cannot transition status via :(\w+) from :(\w+)`)

// already: GitLab refuses to set a status that a commit has, which it has where an
// attempt arrived whose answer did not.
func (gitlab) already(code int, answer string) bool {
	found := gitlabStays.FindStringSubmatch(answer)
	if found == nil || code != http.StatusBadRequest {
		return false
	}
	leadsTo := map[string]string{"run": "running", "success": "success", "drop": "failed", "cancel": "canceled"}
	return leadsTo[found[1]] == found[2]
}

// plainState is what GitHub and Gitea call it.
func plainState(status string) string {
	switch status {
	case "started":
		return "pending"
	case "succeeded":
		return "success"
	case "failed":
		return "failure"
	}
	return "error"
}

func post(to string, body map[string]string) request {
	if body["target_url"] == "" {
		delete(body, "target_url")
	}
	b, _ := json.Marshal(body) // strings only
	return request{method: http.MethodPost, url: to, body: b}
}
