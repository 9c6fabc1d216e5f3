package boards

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// View is what a person has chosen: a span of time, and values of variables.
type View struct {
	From, To time.Time
	// Values are the choices by variable. Several go with a variable that is multi; All stands for
	// the choice of everything, and so does a variable that is left out and has it.
	Values map[string][]string

	interval time.Duration
}

// All is the value of the choice "All", as Grafana has it.
const All = "$__all"

// variable matches $name, [[name]] and ${name}, each with an optional format.
var variable = regexp.MustCompile(`\$(\w+)|\[\[(\w+?)(?::(\w+))?\]\]|\$\{(\w+)(?::([^}]+))?\}`)

// named is the name and the format of a match of variable.
func named(m []string) (name, format string) { return m[1] + m[2] + m[4], m[3] + m[5] }

// expand makes of a query what the data source sends.
func expand(sql string, vars []Variable, v View) (string, error) {
	for _, m := range macroName.FindAllStringSubmatch(sql, -1) {
		if _, ok := known[m[1]]; !ok && !slices.Contains(browsers, m[1]) {
			return "", fmt.Errorf("%s: no such macro", m[0])
		}
	}
	sql, err := conditionalAll(sql, vars, v)
	if err != nil {
		return "", err
	}
	var fault error
	sql = variable.ReplaceAllStringFunc(sql, func(use string) string {
		text, err := replace(use, vars, v)
		if err != nil && fault == nil {
			fault = err
		}
		return text
	})
	if fault != nil {
		return "", fault
	}
	return macros(sql, v)
}

// browsers are the names with two underscores that the browser replaces.
var browsers = []string{"conditionalAll", "interval_ms", "from", "to"}

// replace is the text that stands for one use of a variable. Names of two leading
// underscores that are no variable of Grafana's are the backend's macros, and stay.
func replace(use string, vars []Variable, v View) (string, error) {
	name, format := named(variable.FindStringSubmatch(use))
	switch name {
	case "__interval_ms":
		return strconv.FormatInt(v.interval.Milliseconds(), 10), nil
	case "__from":
		return strconv.FormatInt(v.From.UnixMilli(), 10), nil
	case "__to":
		return strconv.FormatInt(v.To.UnixMilli(), 10), nil
	}
	if strings.HasPrefix(name, "__") {
		return use, nil
	}
	at := slices.IndexFunc(vars, func(x Variable) bool { return x.Name == name })
	if at < 0 {
		return "", fmt.Errorf("%s: no variable of that name", use)
	}
	values := v.chosen(&vars[at])
	if slices.Contains(values, All) {
		return "", fmt.Errorf("%s: All of the variable %s outside $__conditionalAll", use, name)
	}
	switch format {
	case "sqlstring":
		quoted := make([]string, len(values))
		for i, s := range values {
			quoted[i] = "'" + sqlQuotes.Replace(s) + "'"
		}
		return strings.Join(quoted, ","), nil
	case "":
		// The plugin puts quotes around the values of a variable that is multi, and nothing else.
		if vars[at].Multi {
			return "'" + strings.Join(values, "','") + "'", nil
		}
		return strings.Join(values, ","), nil
	case "raw":
		return strings.Join(values, ","), nil
	}
	return "", fmt.Errorf("%s: format %s; sqlstring, raw or none is allowed", use, format)
}

// sqlQuotes is what Grafana's format sqlstring escapes. It lets backslashes be, which
// ClickHouse reads: so the queries of variables double them.
var sqlQuotes = strings.NewReplacer(`'`, `''`, `"`, `\"`)

// chosen are the values of a variable: those of the view, else All where there is such a
// choice, else the first option.
func (v View) chosen(x *Variable) []string {
	if values, ok := v.Values[x.Name]; ok {
		return values
	}
	if x.IncludeAll {
		return []string{All}
	}
	if value, ok := x.Current.Value.(string); ok {
		return []string{value}
	}
	return []string{""}
}

var conditionVariable = regexp.MustCompile(`\$\{(\w+)\}|\$(\w+)`)

// conditionalAll puts 1=1 in place of a condition whose variable is All or empty, and
// the condition itself otherwise; the last use first, as the plugin does.
func conditionalAll(sql string, vars []Variable, v View) (string, error) {
	const macro = "$__conditionalAll("
	for {
		start := strings.LastIndex(sql, macro)
		if start < 0 {
			return sql, nil
		}
		args, end := arguments(sql[start+len(macro):])
		if len(args) != 2 {
			return "", fmt.Errorf("%s...): %d arguments, must be 2: a condition and its variable", macro, len(args))
		}
		phrase := args[0]
		m := conditionVariable.FindStringSubmatch(strings.TrimSpace(args[1]))
		if m == nil {
			return "", fmt.Errorf("%s...): %q is no variable", macro, strings.TrimSpace(args[1]))
		}
		at := slices.IndexFunc(vars, func(x Variable) bool { return x.Name == m[1]+m[2] })
		if at < 0 {
			return "", fmt.Errorf("%s...): %s: no variable of that name", macro, m[0])
		}
		if chosen := strings.Join(v.chosen(&vars[at]), ","); chosen == "" || chosen == All {
			phrase = "1=1"
		}
		sql = sql[:start] + phrase + sql[start+len(macro)+end:]
	}
}

// arguments cuts what follows an opening bracket at its commas, and says where the closing
// one ends. Without a closing one there are none.
func arguments(s string) (args []string, end int) {
	depth, begin := 1, 0
	for i, r := range s {
		switch r {
		case '(':
			depth++
		case ')':
			depth--
		case ',':
			if depth == 1 {
				args = append(args, s[begin:i])
				begin = i + 1
			}
		}
		if depth == 0 {
			return append(args, s[begin:i]), i + 1
		}
	}
	return nil, 0
}
