// Uses a cluster as controllers written in Go do, and ends with 1 at the first thing that isn't as Kubernetes has it.
package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/leaderelection"
	"k8s.io/client-go/tools/leaderelection/resourcelock"
)

const (
	namespace = "default"
	protobuf  = "application/vnd.kubernetes.protobuf"
	patience  = 5 * time.Minute
)

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), 3*patience)
	defer cancel()
	config, err := clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG"))
	check("read kubeconfig", err)
	config.ContentType = protobuf
	config.AcceptContentTypes = protobuf
	answers := &recorder{}
	config.Wrap(func(next http.RoundTripper) http.RoundTripper { return answers.around(next) })
	client, err := kubernetes.NewForConfig(config)
	check("make client", err)

	list(ctx, client, answers)
	watch(ctx, client, answers)
	forms(ctx, config)
	elect(ctx, config)
}

// list reads nodes and namespaces in protobuf.
func list(ctx context.Context, client kubernetes.Interface, answers *recorder) {
	nodes, err := client.CoreV1().Nodes().List(ctx, metav1.ListOptions{})
	check("list nodes", err)
	if len(nodes.Items) != 1 || nodes.Items[0].Status.NodeInfo.KubeletVersion == "" {
		fail("list nodes: got %d, wanted one that says its version", len(nodes.Items))
	}
	_, err = client.CoreV1().Namespaces().Get(ctx, "kube-system", metav1.GetOptions{})
	check("get namespace", err)
	if !answers.has("/api/v1/nodes", "", protobuf) {
		fail("list nodes: the answer was not protobuf")
	}
	fmt.Println("listed")
}

// watch follows config maps with an informer, which asks for the initial state as a stream.
func watch(ctx context.Context, client kubernetes.Interface, answers *recorder) {
	maps := client.CoreV1().ConfigMaps(namespace)
	_, err := maps.Create(ctx, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "before"}}, metav1.CreateOptions{})
	check("create", err)
	factory := informers.NewSharedInformerFactoryWithOptions(client, 0, informers.WithNamespace(namespace))
	informer := factory.Core().V1().ConfigMaps().Informer()
	seen := make(chan string, 100)
	_, err = informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    func(object any) { seen <- "add " + object.(*corev1.ConfigMap).Name },
		UpdateFunc: func(_, object any) { seen <- "update " + object.(*corev1.ConfigMap).Data["a"] },
		DeleteFunc: func(object any) { seen <- "delete " + object.(*corev1.ConfigMap).Name },
	})
	check("add handler", err)
	stop := make(chan struct{})
	defer close(stop)
	factory.Start(stop)
	if !cache.WaitForCacheSync(ctx.Done(), informer.HasSynced) {
		fail("watch: the informer never synced")
	}
	await(seen, "add before")
	made, err := maps.Create(ctx, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "after"}}, metav1.CreateOptions{})
	check("create", err)
	await(seen, "add after")
	made.Data = map[string]string{"a": "changed"}
	_, err = maps.Update(ctx, made, metav1.UpdateOptions{})
	check("update", err)
	await(seen, "update changed")
	check("delete", maps.Delete(ctx, "after", metav1.DeleteOptions{}))
	await(seen, "delete after")
	path := "/api/v1/namespaces/" + namespace + "/configmaps"
	if !answers.has(path, "sendInitialEvents=true", protobuf+";stream=watch") {
		fail("watch: no stream of initial events in protobuf among %v", answers.lines)
	}
	fmt.Println("watched")
}

// elect lets two candidates stand for one lease: the second leads once the first lets go.
func elect(ctx context.Context, config *rest.Config) {
	events := make(chan string, 10)
	first, quit := context.WithCancel(ctx)
	go candidate(first, config, "first", events)
	await(events, "first leads")
	go candidate(ctx, config, "second", events)
	time.Sleep(2 * time.Second)
	quit()
	await(events, "first ends")
	await(events, "second leads")
	fmt.Println("elected")
}

func candidate(ctx context.Context, config *rest.Config, name string, events chan<- string) {
	lock, err := resourcelock.NewFromKubeconfig(
		resourcelock.LeasesResourceLock, namespace, "election", resourcelock.ResourceLockConfig{Identity: name}, config, 10*time.Second)
	check("make lock", err)
	leaderelection.RunOrDie(ctx, leaderelection.LeaderElectionConfig{
		Lock: lock, ReleaseOnCancel: true,
		LeaseDuration: 15 * time.Second, RenewDeadline: 10 * time.Second, RetryPeriod: time.Second,
		Callbacks: leaderelection.LeaderCallbacks{
			OnStartedLeading: func(context.Context) { events <- name + " leads" },
			OnStoppedLeading: func() { events <- name + " ends" },
		},
	})
}

// await takes events until one is the wanted.
func await(events <-chan string, wanted string) {
	late := time.After(patience)
	for {
		select {
		case event := <-events:
			if event == wanted {
				return
			}
		case <-late:
			fail("await %q: it never came", wanted)
		}
	}
}

// recorder remembers what was asked and in which type the answer came.
type recorder struct {
	mutex sync.Mutex
	lines []string
}

type roundTripper func(*http.Request) (*http.Response, error)

func (trip roundTripper) RoundTrip(request *http.Request) (*http.Response, error) {
	return trip(request)
}

func (all *recorder) around(next http.RoundTripper) http.RoundTripper {
	return roundTripper(func(request *http.Request) (*http.Response, error) {
		response, err := next.RoundTrip(request)
		if err == nil {
			all.mutex.Lock()
			defer all.mutex.Unlock()
			line := request.URL.Path + "?" + request.URL.RawQuery + " " + response.Header.Get("Content-Type")
			all.lines = append(all.lines, line)
		}
		return response, err
	})
}

func (all *recorder) has(path, query, contentType string) bool {
	all.mutex.Lock()
	defer all.mutex.Unlock()
	for _, line := range all.lines {
		if strings.HasPrefix(line, path+"?") && strings.Contains(line, query) && strings.HasSuffix(line, " "+contentType) {
			return true
		}
	}
	return false
}

func check(action string, err error) {
	if err != nil {
		fail("%s: %v", action, err)
	}
}

func fail(format string, values ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", values...)
	os.Exit(1)
}
