package main

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gopkg.in/yaml.v3"
)

// deployed is the text of every file in deploy/, by path.
func deployed(t *testing.T) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir("../deploy", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		files[path] = string(text)
		return err
	})
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files: %v", len(files), err)
	}
	return files
}

// container is what a manifest starts, as far as the program is concerned.
type container struct {
	Args  []string
	Ports []struct {
		Name          string
		ContainerPort string `yaml:"containerPort"`
	}
	Readiness *probe `yaml:"readinessProbe"`
	Liveness  *probe `yaml:"livenessProbe"`
}

type probe struct {
	HTTPGet struct{ Path, Port string } `yaml:"httpGet"`
}

// manifest is an object of Kubernetes, or the list of those that there are.
type manifest struct {
	APIVersion string `yaml:"apiVersion"`
	Kind       string
	Metadata   struct{ Name string }
	Resources  []string
	Generated  []struct {
		Name  string
		Files []string
	} `yaml:"configMapGenerator"`
	Spec yaml.Node
}

// manifests are the objects in the YAML files of a folder.
func manifests(t *testing.T, folder string) (all []manifest) {
	t.Helper()
	for path, text := range deployed(t) {
		if filepath.Dir(path) != folder {
			continue
		}
		documents := yaml.NewDecoder(strings.NewReader(text))
		for {
			var m manifest
			err := documents.Decode(&m)
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil || m.APIVersion == "" || m.Kind == "" {
				t.Fatalf("%s: %q of %q: %v", path, m.Kind, m.APIVersion, err)
			}
			all = append(all, m)
		}
	}
	return all
}

// under are the nodes that stand under a key, wherever it is.
func under(n *yaml.Node, key string) (found []*yaml.Node) {
	for i, child := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 1 && n.Content[i-1].Value == key {
			found = append(found, child)
		}
		found = append(found, under(child, key)...)
	}
	return found
}

// containers are those of an object.
func (m *manifest) containers(t *testing.T) (all []container) {
	t.Helper()
	for _, node := range under(&m.Spec, "containers") {
		var some []container
		if err := node.Decode(&some); err != nil {
			t.Fatalf("%s %s: %v", m.Kind, m.Metadata.Name, err)
		}
		all = append(all, some...)
	}
	return all
}

// Every command line in deploy/ is one that the program takes.
func TestDeployedCommands(t *testing.T) {
	t.Parallel()
	lines := map[string][]string{}
	typed := regexp.MustCompile("(?m)(?:^ExecStart=\\S*/|^|[` ])callsheet ((?:[a-z-]+)(?: [^`\n]*)?)(?:`|$)")
	for path, text := range deployed(t) {
		switch filepath.Ext(path) {
		case ".service":
			for _, found := range typed.FindAllStringSubmatch(text, -1) {
				if strings.HasPrefix(found[0], "ExecStart=") {
					lines[path+": "+found[1]] = strings.Fields(found[1])
				}
			}
		case ".md":
			for _, found := range typed.FindAllStringSubmatch(text, -1) {
				if strings.HasPrefix(found[0], "`") {
					lines[path+": "+found[1]] = strings.Fields(found[1])
				}
			}
		}
	}
	for _, m := range manifests(t, "../deploy/kubernetes") {
		for _, c := range m.containers(t) {
			lines[m.Kind+" "+m.Metadata.Name] = c.Args
		}
	}
	if len(lines) < 10 {
		t.Fatalf("only %d command lines are found: %v", len(lines), lines)
	}
	for where, args := range lines {
		a := &app{env: func(string) string { return "" }}
		cmd, rest, err := a.root().Find(args)
		if err == nil {
			err = cmd.ParseFlags(rest)
		}
		if err == nil {
			err = cmd.ValidateArgs(cmd.Flags().Args())
		}
		if err != nil || !cmd.HasParent() {
			t.Errorf("%s: %q is no command line: %v", where, args, err)
		}
	}
}

// Every variable in deploy/ is one that the operations page explains.
func TestDeployedVariables(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	variable := regexp.MustCompile(`CALLSHEET_[A-Z0-9_]+`)
	known, named := variable.FindAllString(string(page), -1), 0
	for path, text := range deployed(t) {
		for _, name := range variable.FindAllString(text, -1) {
			named++
			if !slices.Contains(known, name) {
				t.Errorf("%s names %s, which docs/operations.md does not know", path, name)
			}
		}
	}
	if named == 0 {
		t.Error("no variable is named")
	}
}

// What the cluster asks is answered, and what a manifest refers to is there.
func TestDeployedManifests(t *testing.T) {
	t.Parallel()
	v := serveF0(t, "11:05:00")
	files := deployed(t)
	all := manifests(t, "../deploy/kubernetes")
	names := map[string]bool{"Secret callsheet": true} // which the README makes
	var rules, mounted []string
	for _, m := range all {
		names[m.Kind+" "+m.Metadata.Name] = true
		for _, path := range m.Resources {
			if files[filepath.Join("../deploy/kubernetes", path)] == "" {
				t.Errorf("the resource %s is missing", path)
			}
		}
		for _, g := range m.Generated {
			names["ConfigMap "+g.Name] = true
			for _, path := range g.Files {
				rules = append(rules, filepath.Clean(filepath.Join("../deploy/kubernetes", path)))
			}
		}
	}
	for _, m := range all {
		for _, node := range under(&m.Spec, "items") {
			var items []struct{ Key, Path string }
			if err := node.Decode(&items); err != nil {
				t.Fatal(err)
			}
			for _, item := range items {
				if filepath.Ext(item.Path) != "" {
					mounted = append(mounted, filepath.Join("..", item.Path))
				}
			}
		}
		for key, kind := range map[string]string{"secretName": "Secret", "claimName": "PersistentVolumeClaim"} {
			for _, node := range under(&m.Spec, key) {
				if !names[kind+" "+node.Value] {
					t.Errorf("%s %s: there is no %s %s", m.Kind, m.Metadata.Name, kind, node.Value)
				}
			}
		}
		for _, c := range m.containers(t) {
			for _, p := range []*probe{c.Readiness, c.Liveness} {
				switch {
				case p == nil && m.Kind == "Deployment":
					t.Error("the Deployment lacks a probe")
				case p == nil:
				default:
					if status, text, _ := v.ask("GET", p.HTTPGet.Path, "", ""); status != http.StatusOK {
						t.Errorf("the probe %s gets %d %s", p.HTTPGet.Path, status, text)
					}
					if p.HTTPGet.Port != c.Ports[0].Name || !slices.Contains(c.Args, "--addr=:"+c.Ports[0].ContainerPort) {
						t.Errorf("the probe %s asks port %s of %v, started with %v", p.HTTPGet.Path, p.HTTPGet.Port, c.Ports, c.Args)
					}
				}
			}
		}
	}
	want := []string{"../campaigns.yaml", "../scoring.yaml", "../rules/packs/fr.yaml"}
	for _, pattern := range []string{"../rules/*.yaml", "../rules/golden/*"} {
		shipped, err := filepath.Glob(pattern)
		if err != nil || len(shipped) == 0 {
			t.Fatalf("%s: %v", pattern, err)
		}
		want = append(want, shipped...)
	}
	slices.Sort(want)
	for what, got := range map[string][]string{"the ConfigMap": rules, "the volume": mounted} {
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s is not the rule book (-want +got):\n%s", what, diff)
		}
	}
}

// Alerts ask for metrics that the service has, and the operations page says
// what to do about each.
func TestAlerts(t *testing.T) {
	t.Parallel()
	v := serveF0(t, "11:05:00")
	v.report(c20, "new")
	v.ask("POST", "/v1/leads", webhookToken, `{"id":"L99","legal_basis":"request"}`)
	_, metrics, _ := v.ask("GET", "/metrics", readToken, "")
	var rules struct {
		Groups []struct {
			Rules []struct{ Alert, Expr string }
		}
	}
	files := deployed(t)
	decoder := yaml.NewDecoder(bytes.NewReader([]byte(files["../deploy/alerts.yaml"])))
	if err := decoder.Decode(&rules); err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile("../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	explained := regexp.MustCompile(`(?m)^\| .(Callsheet[A-Za-z]+)`).FindAllStringSubmatch(string(page), -1)
	var alerts []string
	for _, r := range rules.Groups[0].Rules {
		alerts = append(alerts, r.Alert)
		asked := regexp.MustCompile(`callsheet_[a-z_]+`).FindAllString(r.Expr, -1)
		if len(asked) == 0 && !strings.HasPrefix(r.Expr, "up{") {
			t.Errorf("%s asks for nothing of ours: %s", r.Alert, r.Expr)
		}
		for _, name := range asked {
			if !regexp.MustCompile(`(?m)^` + name + `[{ ]`).MatchString(metrics) {
				t.Errorf("%s asks for %s, which /metrics lacks", r.Alert, name)
			}
		}
	}
	var told []string
	for _, found := range explained {
		told = append(told, found[1])
	}
	if diff := cmp.Diff(alerts, told); diff != "" {
		t.Errorf("docs/operations.md explains other alerts (-deploy/alerts.yaml +page):\n%s", diff)
	}
}
