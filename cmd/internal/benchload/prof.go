package main

import (
	"context"
	"fmt"
	"os"
	"sort"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

func statements(url string) func() {
	if os.Getenv("STATS") == "" {
		return func() {}
	}
	ctx := context.Background()
	c, err := pgx.Connect(ctx, url)
	if err != nil {
		panic(err)
	}
	_, _ = c.Exec(ctx, "create extension if not exists pg_stat_statements")
	_, _ = c.Exec(ctx, "select pg_stat_statements_reset()")
	waits := map[string]int{}
	stop := make(chan struct{})
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case <-stop:
				return
			case <-time.After(20 * time.Millisecond):
			}
			rows, _ := c.Query(ctx, "select coalesce(wait_event_type||':'||wait_event,'CPU'), left(query,40) from pg_stat_activity where state='active' and pid<>pg_backend_pid()")
			for rows.Next() {
				var w, q string
				_ = rows.Scan(&w, &q)
				waits[w]++
				waits[w+" | "+strings.ReplaceAll(q, "\n", " ")]++
			}
			rows.Close()
		}
	}()
	return func() {
		close(stop)
		<-done
		rows, err := c.Query(ctx, "select calls, round(total_exec_time::numeric,1)::text, round((total_exec_time/calls)::numeric,3)::text, rows, shared_blks_hit, left(query,60) from pg_stat_statements order by total_exec_time desc limit 45")
		if err != nil {
			panic(err)
		}
		for rows.Next() {
			var calls, r, hit int64
			var t, m, q string
			_ = rows.Scan(&calls, &t, &m, &r, &hit, &q)
			fmt.Printf("%7d %9s ms %8s mean %7d rows %8d hit  %s\n", calls, t, m, r, hit, strings.ReplaceAll(q, "\n", " "))
		}
		rows.Close()
		var pl, pt string
		_ = c.QueryRow(ctx, "select sum(plans)::text, sum(total_plan_time)::text from pg_stat_statements").Scan(&pl, &pt)
		fmt.Println("plans", pl, "plan ms", pt)
		var names []string
		for k := range waits {
			names = append(names, k)
		}
		sort.Slice(names, func(i, j int) bool { return waits[names[i]] > waits[names[j]] })
		for _, n := range names[:min(30, len(names))] {
			fmt.Println(waits[n], n)
		}
		_ = c.Close(ctx)
	}
}
