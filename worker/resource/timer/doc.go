// Package timer is the resource type "time": versions that are points in time,
// one each interval, or one in each range of the day. As with Concourse's time
// resource the promise is "at least this often", not "exactly then": schedules
// are for the latter.
package timer
