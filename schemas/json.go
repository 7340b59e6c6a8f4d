package schemas

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"sync"

	"github.com/linkedin/goavro/v2"
	"github.com/twmb/avro"
)

// goavro believes the counts it reads unless these process-wide limits are set. What it is given here was written by
// Append, so they are the second lock of the door.
func init() {
	goavro.MaxBlockCount = 100_000
	goavro.MaxBlockSize = MaxRecord
}

// generic holds goavro's codec of a kind, made when first asked for.
var generic sync.Map // *kind → func() (*goavro.Codec, error)

func (k *kind) genericCodec() (*goavro.Codec, error) {
	f, ok := generic.Load(k)
	if !ok {
		f, _ = generic.LoadOrStore(k, sync.OnceValues(func() (*goavro.Codec, error) { return goavro.NewCodec(k.schema.String()) }))
	}
	return f.(func() (*goavro.Codec, error))()
}

// JSON returns a record as one line of JSON for people and scripts: the fields in their schema's order, of a union the
// value alone, bytes and fixed as lower-case hex. An older version is shown as the current one. It shows everything
// that is in the record, secrets included.
func JSON(b []byte) ([]byte, error) { return unregistered.JSON(b) }

// JSON is like the package's JSON, for either wire format.
//
// It is goavro's generic view of bytes that were decoded and written anew first: foreign bytes never reach goavro,
// which has no depth limit and no schema resolution.
func (r *Reader) JSON(b []byte) ([]byte, error) {
	rec, err := r.Decode(b)
	if err != nil {
		return nil, err
	}
	k := wire.byType[reflect.TypeOf(rec).Elem()]
	c, err := k.genericCodec()
	if err != nil {
		return nil, fmt.Errorf("compile schema %s: %w", k.name, err)
	}
	body, err := k.schema.Encode(rec)
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", k.name, err)
	}
	native, _, err := c.NativeFromBinary(body)
	if err != nil {
		return nil, fmt.Errorf("view %s: %w", k.name, err)
	}
	return appendJSON(nil, k.node, native)
}

// appendJSON appends goavro's native value of a schema.
func appendJSON(dst []byte, n *avro.SchemaNode, v any) ([]byte, error) {
	switch v := v.(type) {
	case nil:
		return append(dst, "null"...), nil
	case bool:
		return strconv.AppendBool(dst, v), nil
	case int32:
		return strconv.AppendInt(dst, int64(v), 10), nil
	case int64:
		return strconv.AppendInt(dst, v, 10), nil
	case string:
		return appendText(dst, v)
	case []byte:
		return append(hex.AppendEncode(append(dst, '"'), v), '"'), nil
	case []any:
		return appendArray(dst, n, v)
	case map[string]any:
		if n.Type == "union" { // {branch: value}; null came as nil
			for _, value := range v {
				return appendJSON(dst, &n.Branches[1], value)
			}
		}
		return appendObject(dst, n, v)
	}
	return nil, fmt.Errorf("no JSON for a %T", v)
}

func appendArray(dst []byte, n *avro.SchemaNode, v []any) ([]byte, error) {
	dst = append(dst, '[')
	for i, item := range v {
		if i > 0 {
			dst = append(dst, ',')
		}
		var err error
		if dst, err = appendJSON(dst, n.Items, item); err != nil {
			return nil, err
		}
	}
	return append(dst, ']'), nil
}

func appendObject(dst []byte, n *avro.SchemaNode, v map[string]any) ([]byte, error) {
	dst = append(dst, '{')
	for i := range n.Fields {
		if i > 0 {
			dst = append(dst, ',')
		}
		f := &n.Fields[i]
		var err error
		if dst, err = appendText(dst, f.Name); err != nil {
			return nil, err
		}
		if dst, err = appendJSON(append(dst, ':'), &f.Type, v[f.Name]); err != nil {
			return nil, err
		}
	}
	return append(dst, '}'), nil
}

// appendText appends s as JSON text without the escapes that encoding/json adds for HTML.
func appendText(dst []byte, s string) ([]byte, error) {
	w := bytes.NewBuffer(dst)
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(w.Bytes(), []byte("\n")), nil
}
