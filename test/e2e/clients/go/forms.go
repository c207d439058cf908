package main

import (
	"context"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/dynamic/dynamicinformer"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/metadata/metadatainformer"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
)

// forms follows one object as clients do that know no types, and as those that only want metadata.
func forms(ctx context.Context, config *rest.Config) {
	resource := schema.GroupVersionResource{Version: "v1", Resource: "secrets"}
	plain, err := dynamic.NewForConfig(config)
	check("make dynamic client", err)
	partial, err := metadata.NewForConfig(config)
	check("make metadata client", err)
	seen := make(chan string, 100)
	whole := dynamicinformer.NewFilteredDynamicInformer(plain, resource, namespace, 0, cache.Indexers{}, nil).Informer()
	slim := metadatainformer.NewFilteredMetadataInformer(partial, resource, namespace, 0, cache.Indexers{}, nil).Informer()
	for form, informer := range map[string]cache.SharedIndexInformer{"whole": whole, "slim": slim} {
		_, err := informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
			AddFunc: func(object any) { seen <- form + " " + object.(metav1.Object).GetName() },
		})
		check("add handler", err)
		go informer.Run(ctx.Done())
		if !cache.WaitForCacheSync(ctx.Done(), informer.HasSynced) {
			fail("forms: the %s informer never synced", form)
		}
	}
	object := &unstructured.Unstructured{Object: map[string]any{"apiVersion": "v1", "kind": "Secret", "metadata": map[string]any{"name": "form"}}}
	_, err = plain.Resource(resource).Namespace(namespace).Create(ctx, object, metav1.CreateOptions{})
	check("create", err)
	for range 2 {
		if got := <-seen; got != "whole form" && got != "slim form" {
			fail("forms: saw %q", got)
		}
	}
	patch := []byte(`{"metadata":{"labels":{"a":"b"}}}`)
	changed, err := partial.Resource(resource).Namespace(namespace).Patch(ctx, "form", types.MergePatchType, patch, metav1.PatchOptions{})
	check("patch", err)
	if changed.Labels["a"] != "b" {
		fail("forms: a patch of metadata answered with %v", changed)
	}
	fmt.Println("formed")
}
