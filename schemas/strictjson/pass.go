package strictjson

import "fmt"

// checker is one pass over one text: a recursive descent whose depth Limits bounds. Positions are indexes into b; a
// method that answers with a position answers -1 once fail was called.
type checker struct {
	b       []byte
	maxKeys int
	names   names
	folded  []byte // scratch: a folded name

	at     int
	code   string
	reason string
}

func (c *checker) fail(at int, code, reason string) int {
	c.at, c.code, c.reason = at, code, reason
	return -1
}

// value checks the value that begins at i and returns the index after it.
func (c *checker) value(i, depth int) int {
	if i >= len(c.b) {
		return c.fail(i, CodeSyntax, "the text ends where a value should stand")
	}
	switch c.b[i] {
	case '"':
		end, _ := c.text(i + 1)
		return end
	case '{':
		return c.object(i, depth)
	case '[':
		return c.array(i, depth)
	case 't':
		return c.literal(i, "true")
	case 'f':
		return c.literal(i, "false")
	case 'n':
		return c.literal(i, "null")
	case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		return c.number(i)
	case 0xEF:
		if i == 0 && len(c.b) >= 3 && c.b[1] == 0xBB && c.b[2] == 0xBF {
			return c.fail(0, CodeBOM, "a byte order mark before the value: write the text without it")
		}
	}
	return c.fail(i, CodeSyntax, "no value begins with this byte")
}

func (c *checker) object(i, depth int) int {
	if depth == 0 {
		return c.fail(i, CodeDepth, "nested too deep")
	}
	b := c.b
	set := nameSet{base: c.names.n}
	i = space(b, i+1)
	if i < len(b) && b[i] == '}' {
		return i + 1
	}
	for {
		if i >= len(b) || b[i] != '"' {
			return c.fail(min(i, len(b)), CodeSyntax, "no member name, as a string, where one should stand")
		}
		start := i + 1
		end, plain := c.text(start)
		if end < 0 {
			return -1
		}
		if c.names.n-set.base == c.maxKeys {
			return c.fail(i, CodeKeys, fmt.Sprintf("an object of more than %d members", c.maxKeys))
		}
		if !c.add(&set, name{start: uint32(start), end: uint32(end - 1), plain: plain}) {
			return c.fail(i, CodeDuplicate, "the second name of its object that is this one but for case")
		}
		i = space(b, end)
		if i >= len(b) || b[i] != ':' {
			return c.fail(i, CodeSyntax, "no colon after a member name")
		}
		if i = c.value(space(b, i+1), depth-1); i < 0 {
			return -1
		}
		i = space(b, i)
		if i < len(b) && b[i] == ',' {
			i = space(b, i+1)
			continue
		}
		if i < len(b) && b[i] == '}' {
			c.names.n = set.base
			return i + 1
		}
		return c.fail(i, CodeSyntax, "neither comma nor closing brace after a member")
	}
}

func (c *checker) array(i, depth int) int {
	if depth == 0 {
		return c.fail(i, CodeDepth, "nested too deep")
	}
	b := c.b
	i = space(b, i+1)
	if i < len(b) && b[i] == ']' {
		return i + 1
	}
	for {
		if i = c.value(i, depth-1); i < 0 {
			return -1
		}
		i = space(b, i)
		if i < len(b) && b[i] == ',' {
			i = space(b, i+1)
			continue
		}
		if i < len(b) && b[i] == ']' {
			return i + 1
		}
		return c.fail(i, CodeSyntax, "neither comma nor closing bracket after an element")
	}
}

func (c *checker) literal(i int, word string) int {
	if len(c.b)-i < len(word) || string(c.b[i:i+len(word)]) != word {
		return c.fail(i, CodeSyntax, "no value begins with this byte")
	}
	return i + len(word)
}

// number checks RFC 8259 section 6: [-] int [frac] [exp].
func (c *checker) number(i int) int {
	b := c.b
	if b[i] == '-' {
		i++
	}
	if i < len(b) && b[i] == '0' {
		i++
	} else if j := digits(b, i); j > i {
		i = j
	} else {
		return c.fail(i, CodeSyntax, "no digit after a minus sign")
	}
	if i < len(b) && b[i] == '.' {
		j := digits(b, i+1)
		if j == i+1 {
			return c.fail(j, CodeSyntax, "no digit after a decimal point")
		}
		i = j
	}
	if i < len(b) && b[i]|0x20 == 'e' {
		i++
		if i < len(b) && (b[i] == '+' || b[i] == '-') {
			i++
		}
		j := digits(b, i)
		if j == i {
			return c.fail(j, CodeSyntax, "no digit in an exponent")
		}
		i = j
	}
	return i
}

func digits(b []byte, i int) int {
	for i < len(b) && b[i]-'0' <= 9 {
		i++
	}
	return i
}

// space skips white space: the four bytes of RFC 8259 section 2.
func space(b []byte, i int) int {
	for i < len(b) && b[i] <= ' ' && (b[i] == ' ' || b[i] == '\n' || b[i] == '\t' || b[i] == '\r') {
		i++
	}
	return i
}
