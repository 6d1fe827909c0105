package gc

// Drift is the difference between the rows of a worker and what it reports.
type Drift struct {
	Gone    []string // rows that are destroying and not there any more: delete them
	Missing []string // rows that are created and not there: lost
	Orphans []string // there, and no row wants them: destroy them
}

// Compare takes the rows of one worker, by run id or volume handle, and what the
// worker says it has. What is being created may not be there yet.
func Compare(rows map[string]Status, reported []string) Drift {
	var d Drift
	there := make(map[string]bool, len(reported))
	for _, name := range reported {
		there[name] = true
		if _, wanted := rows[name]; !wanted {
			d.Orphans = append(d.Orphans, name)
		}
	}
	for name, status := range rows {
		switch {
		case there[name]:
		case status == Destroying:
			d.Gone = append(d.Gone, name)
		case status == Created:
			d.Missing = append(d.Missing, name)
		}
	}
	return d
}
