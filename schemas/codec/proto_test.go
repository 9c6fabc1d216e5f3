package codec

import (
	"context"
	"io"
	"io/fs"
	"reflect"
	"testing"

	"github.com/bufbuild/protocompile"
	"github.com/bufbuild/protocompile/linker"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"
	"pgregory.net/rapid"

	"github.com/clearlane/clearlane/schemas"
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
