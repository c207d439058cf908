// An operator as they are written with controller-runtime: a manager with an elected leader, a cached client and server-side
// apply on a kind of its own. Ends with 1 at the first thing that isn't as Kubernetes has it.
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"
)

const (
	namespace = "default"
	owner     = client.FieldOwner("widgets")
	finalizer = "clients.example.com/cleanup"
	// The collector looks for new kinds twice a minute.
	patience = 5 * time.Minute
)

var widgetKind = schema.GroupVersionKind{Group: "clients.example.com", Version: "v1", Kind: "Widget"}

func main() {
	log.SetLogger(zap.New(zap.WriteTo(os.Stderr)))
	ctx, cancel := context.WithTimeout(context.Background(), 3*patience)
	defer cancel()
	config := ctrl.GetConfigOrDie()
	direct, err := client.New(config, client.Options{})
	check("make client", err)
	check("apply definition", direct.Apply(ctx, client.ApplyConfigurationFromUnstructured(definition()), owner))
	until("definition is established", func() bool {
		list := &unstructured.UnstructuredList{}
		list.SetGroupVersionKind(widgetKind)
		return direct.List(ctx, list) == nil
	})
	manager, err := ctrl.NewManager(config, ctrl.Options{
		Metrics:        server.Options{BindAddress: "0"},
		LeaderElection: true, LeaderElectionID: "widgets", LeaderElectionNamespace: namespace,
		LeaderElectionReleaseOnCancel: true,
	})
	check("make manager", err)
	check("make controller", ctrl.NewControllerManagedBy(manager).
		For(widget("")).Owns(&corev1.ConfigMap{}).Complete(&reconciler{manager.GetClient()}))
	running, stop := context.WithCancel(ctx)
	ended := make(chan error)
	go func() { ended <- manager.Start(running) }()

	reconcile(ctx, manager.GetClient(), direct)
	conflict(ctx, direct)
	remove(ctx, direct)
	stop()
	check("stop manager", <-ended)
}

// reconciler keeps a config map with the size of each widget, and says in the widget's status that it does.
type reconciler struct{ client.Client }

func (r *reconciler) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	current := widget("")
	if err := r.Get(ctx, request.NamespacedName, current); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	if current.GetDeletionTimestamp() != nil {
		controllerutil.RemoveFinalizer(current, finalizer)
		return ctrl.Result{}, r.Update(ctx, current)
	}
	if controllerutil.AddFinalizer(current, finalizer) {
		return ctrl.Result{}, r.Update(ctx, current)
	}
	size, _, _ := unstructured.NestedInt64(current.Object, "spec", "size")
	made := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1", "kind": "ConfigMap", "data": map[string]any{"size": fmt.Sprint(size)},
	}}
	made.SetName(current.GetName())
	made.SetNamespace(current.GetNamespace())
	if err := controllerutil.SetControllerReference(current, made, r.Scheme()); err != nil {
		return ctrl.Result{}, err
	}
	if err := r.Apply(ctx, client.ApplyConfigurationFromUnstructured(made), owner, client.ForceOwnership); err != nil {
		return ctrl.Result{}, err
	}
	status := widget(current.GetName())
	status.Object["status"] = map[string]any{"size": size}
	return ctrl.Result{}, r.Status().Apply(ctx, client.ApplyConfigurationFromUnstructured(status), owner)
}

// reconcile makes and changes a widget and waits until the operator has followed, seen through the cache.
func reconcile(ctx context.Context, cached, direct client.Client) {
	for _, size := range []int64{1, 2} {
		wanted := widget("one")
		check("set size", unstructured.SetNestedField(wanted.Object, size, "spec", "size"))
		check("apply widget", direct.Apply(ctx, client.ApplyConfigurationFromUnstructured(wanted), client.FieldOwner("user")))
		until("config map follows", func() bool {
			made := &corev1.ConfigMap{}
			err := cached.Get(ctx, types.NamespacedName{Namespace: namespace, Name: "one"}, made)
			return err == nil && made.Data["size"] == fmt.Sprint(size) && metav1.IsControlledBy(made, get(ctx, direct))
		})
		until("status follows", func() bool {
			told, _, _ := unstructured.NestedInt64(get(ctx, direct).Object, "status", "size")
			return told == size
		})
	}
	check("delete config map", direct.Delete(ctx, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "one"}}))
	until("config map is made again", func() bool {
		return direct.Get(ctx, types.NamespacedName{Namespace: namespace, Name: "one"}, &corev1.ConfigMap{}) == nil
	})
	fmt.Println("reconciled")
}

// conflict applies what another manager has.
func conflict(ctx context.Context, direct client.Client) {
	other := widget("one")
	check("set size", unstructured.SetNestedField(other.Object, int64(3), "spec", "size"))
	err := direct.Apply(ctx, client.ApplyConfigurationFromUnstructured(other), client.FieldOwner("other"))
	if !apierrors.IsConflict(err) {
		fail("apply of another's field: got %v, wanted a conflict", err)
	}
	check("set size", unstructured.SetNestedField(other.Object, int64(300), "spec", "size"))
	err = direct.Apply(ctx, client.ApplyConfigurationFromUnstructured(other), client.FieldOwner("other"), client.ForceOwnership)
	if !apierrors.IsInvalid(err) {
		fail("apply of a size above the maximum: got %v, wanted invalid", err)
	}
	fmt.Println("conflicted")
}

// remove deletes a widget: its finalizer is taken off, and the collector takes what it owned.
func remove(ctx context.Context, direct client.Client) {
	check("delete widget", direct.Delete(ctx, widget("one")))
	until("all is gone", func() bool {
		name := types.NamespacedName{Namespace: namespace, Name: "one"}
		return apierrors.IsNotFound(direct.Get(ctx, name, widget(""))) && apierrors.IsNotFound(direct.Get(ctx, name, &corev1.ConfigMap{}))
	})
	fmt.Println("removed")
}

func widget(name string) *unstructured.Unstructured {
	object := &unstructured.Unstructured{Object: map[string]any{}}
	object.SetGroupVersionKind(widgetKind)
	if name != "" {
		object.SetNamespace(namespace)
		object.SetName(name)
	}
	return object
}

func get(ctx context.Context, direct client.Client) *unstructured.Unstructured {
	object := widget("")
	check("get widget", direct.Get(ctx, types.NamespacedName{Namespace: namespace, Name: "one"}, object))
	return object
}

func definition() *unstructured.Unstructured {
	size := map[string]any{"type": "object", "properties": map[string]any{"size": map[string]any{"type": "integer", "maximum": int64(100)}}}
	root := map[string]any{"type": "object", "properties": map[string]any{"spec": size, "status": size}}
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
		"metadata": map[string]any{"name": "widgets.clients.example.com"},
		"spec": map[string]any{
			"group": widgetKind.Group, "scope": "Namespaced",
			"names": map[string]any{"kind": "Widget", "plural": "widgets"},
			"versions": []any{map[string]any{
				"name": "v1", "served": true, "storage": true,
				"subresources": map[string]any{"status": map[string]any{}},
				"schema":       map[string]any{"openAPIV3Schema": root},
			}},
		},
	}}
}

func until(what string, holds func() bool) {
	for late := time.Now().Add(patience); !holds(); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(late) {
			fail("wait until %s: it never was", what)
		}
	}
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
