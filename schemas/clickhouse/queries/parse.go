package queries

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

var (
	queryName   = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	headLine    = regexp.MustCompile(`^-- (title|question|note|param|example): (\S.*)$`)
	paramLine   = regexp.MustCompile(`^([a-z][a-z0-9_]*) (time|date|number|text|code)(?:\(([^)]*)\))?(?: (required)| =([^;]*)); (\S.*)$`)
	placeholder = regexp.MustCompile(`\{([A-Za-z0-9_]+):([^{}]+)\}`)
)

// parse reads a file and holds its head against its statement.
func parse(name, text string) (*Query, error) {
	q := &Query{Name: name, Example: map[string]string{}}
	if !queryName.MatchString(name) {
		return nil, fmt.Errorf("name %q, must be words of a-z and digits with - between", name)
	}
	head, statement := cutHead(text)
	for _, line := range head {
		m := headLine.FindStringSubmatch(line)
		if m == nil {
			return nil, fmt.Errorf("head: %q, must be title, question, note, param or example", line)
		}
		if err := q.headline(m[1], m[2]); err != nil {
			return nil, err
		}
	}
	if q.Title == "" || !strings.HasSuffix(q.Question, "?") {
		return nil, errors.New("head: needs a title, and a question that ends with a question mark")
	}
	q.SQL = strings.TrimSuffix(strings.TrimSpace(statement), ";")
	return q, q.check()
}

// cutHead is the comments that a file begins with, and the rest.
func cutHead(text string) (head []string, rest string) {
	for strings.HasPrefix(text, "--") {
		line, after, _ := strings.Cut(text, "\n")
		head, text = append(head, line), after
	}
	return head, text
}

func (q *Query) headline(word, text string) error {
	switch word {
	case "title":
		q.Title = text
	case "question":
		q.Question = text
	case "note":
		q.Notes = append(q.Notes, text)
	case "param":
		m := paramLine.FindStringSubmatch(text)
		if m == nil {
			return fmt.Errorf("param: %q, must be like: from time = now-7d; what it is", text)
		}
		p := Param{Name: m[1], Kind: Kind(m[2]), Required: m[4] != "", Default: strings.TrimSpace(m[5]), About: m[6]}
		if err := p.bounds(m[3]); err != nil {
			return err
		}
		q.Params = append(q.Params, p)
	case "example":
		for _, pair := range strings.Fields(text) {
			k, v, ok := strings.Cut(pair, "=")
			if !ok {
				return fmt.Errorf("example: %q, must be name=value", pair)
			}
			q.Example[k] = v
		}
	}
	return nil
}

// bounds reads what stands in brackets behind a kind.
func (p *Param) bounds(text string) error {
	switch p.Kind {
	case KindCode:
		p.Of = strings.Split(text, "|")
		if text == "" {
			return fmt.Errorf("param %s: a code needs what is allowed, code(A|B)", p.Name)
		}
	case KindNumber:
		least, most, ok := strings.Cut(text, "..")
		var errs [2]error
		p.Min, errs[0] = strconv.ParseUint(least, 10, 32)
		p.Max, errs[1] = strconv.ParseUint(most, 10, 32)
		if !ok || errs[0] != nil || errs[1] != nil || p.Min > p.Max {
			return fmt.Errorf("param %s: a number needs its bounds, number(1..100), within 32 bits", p.Name)
		}
	default:
		if text != "" {
			return fmt.Errorf("param %s: %s takes no (%s)", p.Name, p.Kind, text)
		}
	}
	return nil
}

// check holds what is stated against the statement.
func (q *Query) check() error {
	used := map[string]bool{}
	for _, m := range placeholder.FindAllStringSubmatch(q.SQL, -1) {
		p := q.Param(m[1])
		if p == nil {
			return fmt.Errorf("statement: {%s} is not stated in the head", m[1])
		}
		if m[2] != p.Kind.serverType() {
			return fmt.Errorf("statement: {%s:%s}, must be of type %s", m[1], m[2], p.Kind.serverType())
		}
		used[m[1]] = true
	}
	const anyTime = 1_791_158_400
	for i := range q.Params {
		p := &q.Params[i]
		if !used[p.Name] {
			return fmt.Errorf("param %s: the statement does not use it", p.Name)
		}
		if _, err := p.Value(p.Default, time.Unix(anyTime, 0)); err != nil && !p.Required {
			return fmt.Errorf("default of %w", err)
		}
	}
	if limit := q.Param("limit"); limit == nil || limit.Kind != KindNumber || !strings.HasSuffix(q.SQL, "LIMIT {limit:UInt32}") {
		return errors.New("statement: must end with LIMIT {limit:UInt32}")
	}
	if _, err := q.Values(q.Example, time.Unix(anyTime, 0)); err != nil {
		return fmt.Errorf("example: %w", err)
	}
	return nil
}
