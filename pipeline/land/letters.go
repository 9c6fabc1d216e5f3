package land

import (
	"strconv"
	"strings"

	"github.com/ClickHouse/ch-go/proto"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/clearlane/clearlane/schemas"
)

// headerPrefix begins the headers that say why and whence a record was refused.
const headerPrefix = "clearlane-"

// bytesHeader says how long a value was that the lander has taken away.
const bytesHeader = "bytes"

// letterRows fills the table dead_letters. It takes any record: one without the
// headers stands for itself. Without whole nothing of a record's bytes is landed but its
// key, which is the order's, and the names of its headers.
type letterRows struct {
	whole                   bool
	topic, code, field      *codes
	partition               *proto.ColInt32
	offset                  *proto.ColInt64
	time                    *proto.ColDateTime64
	reason, key, value      *proto.ColStr
	headerName, headerValue *listOf[string]
	letterOffset            *proto.ColUInt64
	bytes                   *proto.ColUInt64
}

func newLetters(whole bool) *table {
	c := &columns{}
	r := &letterRows{
		whole: whole,
		topic: c.code("topic"), partition: c.int32("partition"), offset: c.int64("offset"), time: c.time("record_time"),
		code: c.code("code"), reason: c.text("reason"), field: c.code("field"), key: c.text("key"), value: c.text("value"),
		headerName: list(c.codeList("headers.name")), headerValue: list(c.textList("headers.value")), letterOffset: c.uint64("letter_offset"),
		bytes: c.uint64("value_bytes"),
	}
	return newTable("dead_letters", c, r)
}

func (l *letterRows) add(rec *kgo.Record) error {
	// What headers leave out, the letter itself answers.
	topic, partition, offset, ms := rec.Topic, int64(rec.Partition), rec.Offset, rec.Timestamp.UnixMilli()
	size := int64(len(rec.Value))
	reason, code, field := "the dead letter has no "+headerPrefix+"reason header", "", ""
	number := func(to *int64, text []byte, bits int) {
		if n, err := strconv.ParseInt(string(text), 10, bits); err == nil {
			*to = n
		}
	}
	for _, h := range rec.Headers {
		name, ours := strings.CutPrefix(h.Key, headerPrefix)
		if !ours {
			l.headerName.next(h.Key)
			l.headerValue.next(l.shown(string(h.Value)))
			continue
		}
		switch name {
		case "topic":
			topic = string(h.Value)
		case "partition":
			number(&partition, h.Value, 32)
		case "offset":
			number(&offset, h.Value, 64)
		case "time":
			number(&ms, h.Value, 64)
		case bytesHeader:
			number(&size, h.Value, 64)
		case "reason":
			reason = string(h.Value)
		case "code":
			code = string(h.Value)
		case "field":
			field = string(h.Value)
		}
	}
	l.headerName.end()
	l.headerValue.end()
	if checkTime("time", schemas.Time(ms)) != nil {
		ms = 0
	}
	l.topic.Append(topic)
	l.partition.Append(int32(partition))
	l.offset.Append(offset)
	l.time.AppendRaw(proto.DateTime64(ms))
	if !l.whole {
		reason = shownReason(code, field, reason)
	}
	l.reason.Append(reason)
	l.code.Append(code)
	l.field.Append(field)
	l.key.AppendBytes(rec.Key)
	l.value.Append(l.shown(string(rec.Value)))
	l.letterOffset.Append(uint64(rec.Offset))
	l.bytes.Append(uint64(max(size, 0)))
	return nil
}

// shown is a text of the record, or nothing where bytes are not landed.
func (l *letterRows) shown(text string) string {
	if l.whole {
		return text
	}
	return ""
}
