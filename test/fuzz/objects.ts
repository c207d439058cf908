/** Objects with lists that merge by key, lists that are sets, maps and unions: what patches can get wrong. */
const TEMPLATE = {
  metadata: { labels: { app: "fuzz" } },
  spec: {
    containers: [
      {
        name: "a",
        image: "a",
        ports: [{ containerPort: 80, name: "http" }],
        env: [{ name: "A", value: "1" }],
        args: ["x", "y"],
      },
      { name: "b", image: "b", volumeMounts: [{ name: "v", mountPath: "/v" }], resources: { limits: { cpu: "1" } } },
    ],
    volumes: [{ name: "v", emptyDir: { sizeLimit: "1Gi" } }],
    tolerations: [{ key: "a", operator: "Exists" }],
    imagePullSecrets: [{ name: "s" }],
  },
};

export const OBJECTS = [
  {
    path: "/apis/apps/v1/namespaces/default/deployments",
    object: {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: {
        name: "fuzz",
        labels: { app: "fuzz" },
        annotations: { a: "b" },
        finalizers: ["example.com/a", "example.com/b"],
      },
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: "fuzz" } },
        template: TEMPLATE,
        strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: "25%" } },
      },
    },
  },
  {
    path: "/api/v1/namespaces/default/services",
    object: {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "fuzz" },
      spec: {
        type: "NodePort",
        selector: { app: "fuzz" },
        ports: [
          { name: "a", port: 80, targetPort: "http" },
          { name: "b", port: 81, protocol: "UDP" },
        ],
      },
    },
  },
  {
    path: "/api/v1/namespaces/default/configmaps",
    object: {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "fuzz" },
      data: { a: "1", "b.c": "2" },
      binaryData: { d: "AAEC" },
    },
  },
  {
    path: "/apis/networking.k8s.io/v1/namespaces/default/ingresses",
    object: {
      apiVersion: "networking.k8s.io/v1",
      kind: "Ingress",
      metadata: { name: "fuzz" },
      spec: {
        rules: [
          {
            host: "example.com",
            http: {
              paths: [{ path: "/", pathType: "Prefix", backend: { service: { name: "a", port: { number: 80 } } } }],
            },
          },
        ],
        tls: [{ hosts: ["example.com"] }],
      },
    },
  },
  {
    path: "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
    object: {
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: "fuzzes.example.com" },
      spec: {
        group: "example.com",
        scope: "Namespaced",
        names: { plural: "fuzzes", kind: "Fuzz" },
        versions: [
          {
            name: "v1",
            served: true,
            storage: true,
            schema: {
              openAPIV3Schema: {
                type: "object",
                "x-kubernetes-preserve-unknown-fields": true,
                properties: {
                  spec: {
                    type: "object",
                    properties: {
                      a: { type: "string", pattern: "^a*$" },
                      list: { type: "array", items: { type: "integer" } },
                    },
                  },
                },
              },
            },
          },
        ],
      },
    },
  },
];
