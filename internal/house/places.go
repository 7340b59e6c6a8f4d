package house

import (
	"bytes"
	"path"
	"regexp"
	"strings"
)

// machinePaths finds an absolute path below a folder in which people keep their own work.
var machinePaths = regexp.MustCompile(`(?:^|[^A-Za-z0-9_.*)}/-])(/(?:` + strings.Join([]string{"home", "root", "work", "Users"}, "|") + `)/[A-Za-z0-9_.-]+)`)

// packageHosts serve packages. Which of them a machine may reach is that machine's business, set in its own environment;
// a repository that names one breaks where another is used. In two parts, so that this file does not name them.
var packageHosts = [][2]string{
	{"proxy.", "golang.org"}, {"sum.", "golang.org"}, {"goproxy", ".io"}, {"goproxy", ".cn"},
	{"repo1.", "maven.org"}, {"repo.", "maven.apache.org"}, {"pypi.", "org"}, {"files.", "pythonhosted.org"},
	{"registry.", "npmjs.org"}, {"registry-1.", "docker.io"}, {"index.", "crates.io"}, {"deb.", "debian.org"}, {"archive.", "ubuntu.com"}, {"rubygems", ".org"},
}

// checkPlaces holds that the tree can be moved to any machine.
func checkPlaces(t *Tree) []Breach {
	var out []Breach
	for _, f := range t.Files {
		if path.Base(f.Path) == "go.sum" {
			continue
		}
		for i, line := range bytes.Split(f.Text, []byte("\n")) {
			if m := machinePaths.FindSubmatch(line); m != nil {
				out = append(out, Breach{Path: f.Path, Line: i + 1, Says: "names " + string(m[1]) + ", a folder of one machine"})
			}
			for _, h := range packageHosts {
				if bytes.Contains(line, []byte(h[0]+h[1])) {
					out = append(out, Breach{Path: f.Path, Line: i + 1, Says: "names " + h[0] + h[1] + ", a host that serves packages"})
				}
			}
		}
	}
	return out
}
