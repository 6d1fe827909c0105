package state

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"
)

// AuditLink is an event in its place in the audit's chain. As JSON it is a line of
// an export.
type AuditLink struct {
	Seq     int64           `json:"seq"` // from 1, without gaps
	At      time.Time       `json:"at"`
	Team    string          `json:"team,omitempty"` // id; none: of the installation
	Actor   string          `json:"actor"`
	Address string          `json:"address,omitempty"`
	Action  string          `json:"action"`
	Subject string          `json:"subject"`
	Details json.RawMessage `json:"details"`
	Prev    string          `json:"prev,omitempty"` // the hash of the one before
	Hash    string          `json:"hash,omitempty"`
}

// Sum is what its hash has to be: SHA-256 of it as JSON, without the hash.
func (l AuditLink) Sum() (string, error) {
	l.Hash, l.At = "", l.At.UTC()
	line, err := json.Marshal(l)
	if err != nil {
		return "", fmt.Errorf("hash event %d of the audit: %w", l.Seq, err)
	}
	sum := sha256.Sum256(line)
	return hex.EncodeToString(sum[:]), nil
}

// mostBroken bounds what is told of a chain that is broken everywhere.
const mostBroken = 20

// AuditChain follows a chain, and says where it is broken.
type AuditChain struct {
	Seq    int64  // of the last link, or of what goes before the first
	Hash   string // likewise
	Links  int64
	Broken []string
}

// Follow takes the next link.
func (c *AuditChain) Follow(l AuditLink) error {
	sum, err := l.Sum()
	switch {
	case err != nil:
		return err
	case l.Seq != c.Seq+1:
		c.Break("after event %d comes %d: events are missing", c.Seq, l.Seq)
	case l.Prev != c.Hash:
		c.Break("event %d does not follow from event %d, which is another than it was", l.Seq, c.Seq)
	case l.Hash != sum:
		c.Break("event %d (%s of %s by %s) is not as it was written", l.Seq, l.Action, l.Subject, l.Actor)
	}
	c.Seq, c.Hash, c.Links = l.Seq, l.Hash, c.Links+1
	return nil
}

// Break notes what is wrong.
func (c *AuditChain) Break(format string, args ...any) {
	if len(c.Broken) < mostBroken {
		c.Broken = append(c.Broken, fmt.Sprintf(format, args...))
	}
}
