package settings

import (
	"regexp"
	"slices"
	"strings"
)

// nearName is the distance up to which a variable's name is taken for a setting's, misspelt.
const nearName = 2

// orchestrated are the variables that Kubernetes gives every container of a namespace for each service in it
// (Kubernetes, "Service", environment variables); a service called holdfast-kafka makes HOLDFAST_KAFKA_PORT.
var orchestrated = regexp.MustCompile(`_SERVICE_HOST$|_SERVICE_PORT(_[A-Z0-9_]+)?$|_PORT$|_PORT_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?$`)

// unknown refuses the variables that were meant as settings and are none: a name near to a setting's, or one that begins
// with a section. Others that begin like ours are noted in Unknown: an orchestrator sets some for a service of our name.
func (l *Loaded) unknown(from From) Mistakes {
	known := []string{envPrefix + "CONFIG"}
	var sections []string
	for _, s := range l.Table {
		known = append(known, s.Env)
		if section, _, ok := strings.Cut(s.Path, "."); ok {
			sections = append(sections, envPrefix+strings.ToUpper(section)+"_")
		}
	}
	names := slices.Clone(from.Names())
	slices.Sort(names)
	var wrong Mistakes
	for _, name := range names {
		if !strings.HasPrefix(name, envPrefix) || slices.Contains(known, name) {
			continue
		}
		near := slices.ContainsFunc(known, func(k string) bool { return distance(name, k) <= nearName })
		inSection := slices.ContainsFunc(sections, func(s string) bool { return strings.HasPrefix(name, s) })
		if !orchestrated.MatchString(name) && (near || inSection) {
			wrong = append(wrong, Mistake{Where: name, Text: "is no setting" + meant(name, known) + "; correct its name, or unset it"})
			continue
		}
		l.Unknown = append(l.Unknown, "environment variable "+name+" is no setting"+meant(name, known))
	}
	return wrong
}
