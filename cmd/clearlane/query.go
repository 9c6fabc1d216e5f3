package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/clearlane/clearlane/pipeline/land"
	"github.com/clearlane/clearlane/pipeline/query"
	"github.com/clearlane/clearlane/schemas/clickhouse/queries"
)

// queryOptions are the flags of query.
type queryOptions struct {
	from, to, limit string
	params          []string // "name=value"
	format          string
	list, sql       bool
	given           func(flag string) bool
}

// queryFormats are the forms of an answer.
var queryFormats = []string{"table", "csv", "json", "ndjson"}

func newQuery(a *app) *cobra.Command {
	o := queryOptions{}
	cmd := &cobra.Command{
		Use:   "query [NAME]",
		Short: "Ask ClickHouse a named question; without a name: list the questions",
		Long: "Asks the ClickHouse of the configuration one of the named questions, reading only and for at most " +
			"clickhouse.query_timeout. 'clearlane query NAME --help' lists its parameters, 'clearlane query NAME --sql' prints " +
			"its statement. Tables are for people: NULL was not stated, - is empty (not known), and on a terminal the widest " +
			"texts are cut. csv is RFC 4180 with NULL as an empty field and an empty text as \"\". json and ndjson are typed: " +
			"whole numbers are numbers, decimals are strings with all their digits, times are RFC 3339.",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usagef("query: unexpected argument %q; one name is allowed", args[1])
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			o.given = cmd.Flags().Changed
			all, err := queries.All()
			if err != nil {
				return err
			}
			if len(args) == 0 || o.list {
				return listQueries(a.out, all)
			}
			q, err := queries.Find(all, args[0])
			if err != nil {
				return usagef("%w; 'clearlane query' lists all", err)
			}
			if o.sql {
				_, err := fmt.Fprintln(a.out, q.SQL)
				return err
			}
			return ask(cmd.Context(), a, q, &o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.from, "from", "", "the parameter from: start of the span, a `time` like 2026-10-05, 2026-10-05T08:00:00Z or now-36h")
	f.StringVar(&o.to, "to", "", "the parameter to: end of the span, a `time`, itself not in it")
	f.StringVar(&o.limit, "limit", "", "the parameter limit: most `rows`")
	f.StringArrayVar(&o.params, "param", nil, "any parameter, `name=value`; may be repeated")
	f.StringVar(&o.format, "format", "table", strings.Join(queryFormats, ", "))
	f.BoolVar(&o.list, "list", false, "list the questions")
	f.BoolVar(&o.sql, "sql", false, "print the statement, and ask nothing")
	general := cmd.HelpFunc()
	cmd.SetHelpFunc(func(cmd *cobra.Command, args []string) {
		all, err := queries.All()
		if name := cmd.Flags().Arg(0); err == nil && name != "" {
			if q, err := queries.Find(all, name); err == nil {
				explainQuery(cmd.OutOrStdout(), q)
				return
			}
		}
		general(cmd, args)
	})
	return cmd
}

func listQueries(w io.Writer, all []queries.Query) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for i := range all {
		fmt.Fprintf(t, "%s\t%s\n", all[i].Name, all[i].Question)
	}
	return t.Flush()
}

// explainQuery is the help of one query.
func explainQuery(w io.Writer, q *queries.Query) {
	fmt.Fprintf(w, "%s. %s\n", q.Title, q.Question)
	for _, note := range q.Notes {
		fmt.Fprintln(w, note)
	}
	fmt.Fprintf(w, "\nUsage:\n  clearlane query %s [flags]\n\nParameters (--from, --to and --limit are flags, all others --param name=value):\n", q.Name)
	name := 0
	for i := range q.Params {
		name = max(name, len(q.Params[i].Name))
	}
	for i := range q.Params {
		p := &q.Params[i]
		initial := fmt.Sprintf("default %q", p.Default)
		if p.Required {
			initial = "required"
		}
		fmt.Fprintf(w, "  %-*s  %s; %s\n  %-*s  allowed: %s\n", name, p.Name, p.About, initial, name, "", p.Allowed())
	}
}

// values are the parameters that the flags give.
func (o *queryOptions) values() (map[string]string, error) {
	given := map[string]string{}
	for _, pair := range o.params {
		name, value, ok := strings.Cut(pair, "=")
		if !ok {
			return nil, usagef("query: --param %q; name=value is allowed", pair)
		}
		given[name] = value
	}
	for name, value := range map[string]string{"from": o.from, "to": o.to, "limit": o.limit} {
		if o.given(name) {
			given[name] = value
		}
	}
	return given, nil
}

// spanOf says which span was asked about, of a query that has one: mostly it is what
// leaves an answer empty.
func spanOf(q *queries.Query, values map[string]string) string {
	if q.Param("from") == nil || q.Param("to") == nil {
		return ""
	}
	return fmt.Sprintf(" from %s to %s (UTC)", values["from"], values["to"])
}

// ask runs a query and writes its answer.
func ask(ctx context.Context, a *app, q *queries.Query, o *queryOptions) error {
	if !slices.Contains(queryFormats, o.format) {
		return usagef("query: --format %q; %s are allowed", o.format, strings.Join(queryFormats, ", "))
	}
	given, err := o.values()
	if err != nil {
		return err
	}
	values, err := q.Values(maps.Clone(given), a.now())
	if err != nil {
		return usagef("query: %w", err)
	}
	c, err := a.config()
	if err != nil {
		return err
	}
	lander, err := landConfig(&c)
	if err != nil {
		return err
	}
	conn, err := land.ConnectTo(lander.ClickHouse, c.ClickHouse.Database, c.ClickHouse.QueryTimeout)
	if err != nil {
		return err
	}
	result, err := query.Run(ctx, conn, q, values, c.ClickHouse.QueryTimeout)
	if err := errors.Join(err, conn.Close()); err != nil {
		return fmt.Errorf("ClickHouse %s, database %s: %w", strings.Join(c.ClickHouse.Addrs, ","), c.ClickHouse.Database, land.Plain(err))
	}
	if len(result.Rows) == 0 {
		fmt.Fprintf(a.err, "clearlane: no rows%s\n", spanOf(q, values))
	}
	if result.Full() {
		fmt.Fprintf(a.err, "clearlane: the first %d rows; there may be more, --limit asks for them\n", result.Limit)
	}
	switch o.format {
	case "csv":
		return result.CSV(a.out)
	case "json":
		return result.JSON(a.out)
	case "ndjson":
		return result.NDJSON(a.out)
	}
	width := 0
	if file, ok := a.out.(*os.File); ok {
		width = terminalWidth(file)
	}
	return result.Table(a.out, width)
}
