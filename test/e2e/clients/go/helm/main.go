// Installs, upgrades and rolls back a chart as Helm does, by server-side apply and by three-way merge, and ends with 1 at
// the first thing that isn't as Kubernetes has it. Usage: helm CHART.
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"helm.sh/helm/v4/pkg/action"
	"helm.sh/helm/v4/pkg/chart"
	"helm.sh/helm/v4/pkg/chart/loader"
	"helm.sh/helm/v4/pkg/cli"
	"helm.sh/helm/v4/pkg/kube"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

const (
	patience = 5 * time.Minute
	release  = "demo"
)

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), 3*patience)
	defer cancel()
	loaded, err := loader.Load(os.Args[1])
	check("load chart", err)
	for _, mode := range []struct {
		namespace  string
		serverSide bool
	}{{"served", true}, {"merged", false}} {
		settings := cli.New()
		settings.SetNamespace(mode.namespace)
		config := action.NewConfiguration()
		check("configure", config.Init(settings.RESTClientGetter(), mode.namespace, "secret"))
		cycle(ctx, config, loaded, mode.namespace, mode.serverSide)
		fmt.Println(mode.namespace)
	}
}

// cycle takes a release from nothing to nothing.
func cycle(ctx context.Context, config *action.Configuration, loaded chart.Charter, namespace string, serverSide bool) {
	install := action.NewInstall(config)
	install.ReleaseName, install.Namespace, install.CreateNamespace = release, namespace, true
	install.ServerSideApply, install.WaitStrategy, install.WaitForJobs, install.Timeout = serverSide, kube.StatusWatcherStrategy, true, patience
	_, err := install.RunWithContext(ctx, loaded, values(1))
	check("install", err)
	expect(ctx, config, namespace, 1)

	upgrade := action.NewUpgrade(config)
	upgrade.Namespace, upgrade.WaitStrategy, upgrade.Timeout = namespace, kube.StatusWatcherStrategy, patience
	_, err = upgrade.RunWithContext(ctx, release, loaded, values(2))
	check("upgrade", err)
	expect(ctx, config, namespace, 2)

	back := action.NewRollback(config)
	back.Version, back.WaitStrategy, back.Timeout = 1, kube.StatusWatcherStrategy, patience
	check("roll back", back.Run(release))
	expect(ctx, config, namespace, 1)

	history, err := action.NewHistory(config).Run(release)
	check("read history", err)
	if len(history) != 3 {
		fail("history: got %d revisions, wanted 3", len(history))
	}
	uninstall := action.NewUninstall(config)
	uninstall.WaitStrategy, uninstall.Timeout = kube.StatusWatcherStrategy, patience
	_, err = uninstall.Run(release)
	check("uninstall", err)
}

func values(replicas int) map[string]any {
	return map[string]any{"replicas": replicas}
}

// expect looks at what the chart made of its values.
func expect(ctx context.Context, config *action.Configuration, namespace string, replicas int32) {
	client, err := config.KubernetesClientSet()
	check("make client", err)
	made, err := client.AppsV1().Deployments(namespace).Get(ctx, release, metav1.GetOptions{})
	check("get deployment", err)
	if *made.Spec.Replicas != replicas || made.Status.ReadyReplicas != replicas {
		fail("replicas: got %d of %d, wanted %d", made.Status.ReadyReplicas, *made.Spec.Replicas, replicas)
	}
	settings, err := client.CoreV1().ConfigMaps(namespace).Get(ctx, release, metav1.GetOptions{})
	check("get config map", err)
	if settings.Data["replicas"] != fmt.Sprint(replicas) {
		fail("config map: got %v, wanted %d", settings.Data, replicas)
	}
}

func check(doing string, err error) {
	if err != nil {
		fail("%s: %v", doing, err)
	}
}

func fail(format string, given ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", given...)
	os.Exit(1)
}
