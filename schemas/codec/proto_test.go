package codec

import (
	"context"
	"io"
	"io/fs"
	"reflect"
	"strings"
	"testing"
	"unsafe"

	"github.com/bufbuild/protocompile"
	"github.com/bufbuild/protocompile/linker"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"
	"pgregory.net/rapid"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/internal/layout"
)

func compiled(t testing.TB) linker.Files {
	t.Helper()
	sub, err := fs.Sub(schemas.Protos, "proto")
	if err != nil {
		t.Fatal(err)
	}
	names, err := fs.Glob(sub, "clearlane/v1/*.proto")
	if err != nil {
		t.Fatal(err)
	}
	c := protocompile.Compiler{Resolver: &protocompile.SourceResolver{
		Accessor: func(path string) (io.ReadCloser, error) { return sub.Open(path) },
	}}
	files, err := c.Compile(context.Background(), names...)
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// What we write, an independent implementation reads by the .proto files without a
// field unknown to it; what that writes again, we read as the same message.
func TestProtobufAgreesWithTheProtoFiles(t *testing.T) {
	files := compiled(t)
	for _, l := range everyMessage() {
		t.Run(l.Name, func(t *testing.T) {
			d, err := files.AsResolver().FindDescriptorByName(protoreflect.FullName("clearlane.v1." + l.Name))
			if err != nil {
				t.Fatal(err)
			}
			md := d.(protoreflect.MessageDescriptor)
			if md.Index() != 0 {
				t.Errorf("message %d of its file: Confluent's message index would not be 0", md.Index())
			}
			rapid.Check(t, func(t *rapid.T) {
				want, p := fresh(l)
				fill(t, l, p)
				m := dynamicpb.NewMessage(md)
				if err := proto.Unmarshal(appendProto(nil, l, p), m); err != nil {
					t.Fatal(err)
				}
				noneUnknown(t, m)
				sameValues(t, l, p, m)
				b, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
				if err != nil {
					t.Fatal(err)
				}
				got, q := fresh(l)
				if err := newReader().readProto(b, l, q); err != nil {
					t.Fatal(err)
				}
				if !reflect.DeepEqual(got, want) {
					t.Fatalf("got %+v\nwant %+v", got, want)
				}
			})
		})
	}
}

func noneUnknown(t *rapid.T, m protoreflect.Message) {
	if u := m.GetUnknown(); len(u) > 0 {
		t.Fatalf("%s: unknown fields %x", m.Descriptor().FullName(), []byte(u))
	}
	m.Range(func(fd protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		switch {
		case fd.IsMap() || fd.Message() == nil:
		case fd.IsList():
			for i := range v.List().Len() {
				noneUnknown(t, v.List().Get(i).Message())
			}
		default:
			noneUnknown(t, v.Message())
		}
		return true
	})
}

// sameValues holds what the other implementation read against the struct.
func sameValues(t *rapid.T, l *layout.Layout, p unsafe.Pointer, m protoreflect.Message) {
	for i := range l.Fields {
		f := &l.Fields[i]
		if f.Num == 0 {
			continue
		}
		at := unsafe.Add(p, f.Offset)
		fd := m.Descriptor().Fields().ByName(protoreflect.Name(f.Name))
		if fd == nil || int32(fd.Number()) != f.Num {
			t.Fatalf("%s.%s is not in the .proto file as number %d", l.Name, f.Name, f.Num)
		}
		v := m.Get(fd)
		if m.Has(fd) != has(f, at) {
			t.Fatalf("%s.%s: there: %v, want %v", l.Name, f.Name, m.Has(fd), has(f, at))
		}
		var got, want any
		switch f.Kind {
		case layout.Object:
			sameValues(t, f.Sub, at, v.Message())
			continue
		case layout.List:
			e, n := f.List.Elems(at)
			got, want = v.List().Len(), n
			for k := range min(n, v.List().Len()) {
				sameValues(t, f.Sub, unsafe.Add(e, uintptr(k)*f.List.Size), v.List().Get(k).Message())
			}
		case layout.String:
			got, want = v.String(), *(*string)(at)
		case layout.Strings:
			got, want = texts(v.List()), strings.Join(*(*[]string)(at), "\x00")
		case layout.Registered:
			got, want = texts(v.Message().Get(v.Message().Descriptor().Fields().Get(0)).List()), strings.Join(*(*[]string)(at), "\x00")
		case layout.Date:
			got, want = v.String(), (*schemas.Date)(at).String()
		case layout.Decimal:
			got, want = v.String(), (*schemas.Decimal)(at).String()
		case layout.Sum:
			if m.Has(fd) {
				got, want = v.String(), (*schemas.Sum)(at).String()
			}
		case layout.Time, layout.Millis, layout.Int64:
			got, want = v.Int(), *(*int64)(at)
		case layout.Int32:
			got, want = v.Int(), int64(*(*int32)(at))
		case layout.Uint32:
			got, want = v.Uint(), uint64(*(*uint32)(at))
		case layout.Uint64, layout.Hash:
			got, want = v.Uint(), *(*uint64)(at)
		case layout.Flag:
			got, want = v.Bool(), *(*bool)(at)
		case layout.Truth:
			got, want = v.Bool(), *(*schemas.Bool)(at) == schemas.True
		case layout.ID:
			got, want = string(v.Bytes()), idBytes(*(*schemas.DecisionID)(at))
		case layout.Enum:
			got = string(fd.Enum().Values().ByNumber(v.Enum()).Name())
			want = strings.ToUpper(snake(f.EnumName) + "_" + f.Names[*(*uint8)(at)])
			if *(*uint8)(at) < uint8(f.First) {
				want = strings.ToUpper(snake(f.EnumName)) + "_UNSPECIFIED"
			}
		case layout.Offsets:
			got, want = v.Map().Len(), len(*(*map[string]int64)(at))
			for topic, offset := range *(*map[string]int64)(at) {
				if n := v.Map().Get(protoreflect.ValueOfString(topic).MapKey()).Int(); n != offset {
					t.Fatalf("%s.%s[%s] is %d, want %d", l.Name, f.Name, topic, n, offset)
				}
			}
		}
		if got != want {
			t.Fatalf("%s.%s is %v, want %v", l.Name, f.Name, got, want)
		}
	}
}

func texts(l protoreflect.List) string {
	var all []string
	for i := range l.Len() {
		all = append(all, l.Get(i).String())
	}
	return strings.Join(all, "\x00")
}

// idBytes is what an unset id is on the wire, or its bytes.
func idBytes(id schemas.DecisionID) string {
	if id == (schemas.DecisionID{}) {
		return ""
	}
	return string(id[:])
}
