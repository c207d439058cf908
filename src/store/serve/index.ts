/** etcd's v3 API in front of any store, so that etcdctl, backup tools and a real kube-apiserver work on it. */
export { type EtcdServer, type EtcdServerOptions, serveEtcd } from "./serve.ts";
export { accountFile } from "./auth/file.ts";
