import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Uses a cluster as programs of the Java world do, and ends with 1 at the first thing that isn't as Kubernetes has it. */
public class Client {
  static final String NAMESPACE = "default";
  static final long PATIENCE_SECONDS = 300;

  public static void main(String[] args) throws Exception {
    try (KubernetesClient client = new KubernetesClientBuilder().build()) {
      apply(client);
      watch(client);
      scale(client);
      reach(client);
    }
  }

  static ConfigMap map(String name, String value) {
    return new ConfigMapBuilder().withNewMetadata().withName(name).withNamespace(NAMESPACE).endMetadata()
        .withData(Map.of("a", value)).build();
  }

  /** Server-side apply, a conflict of versions, a patch. */
  static void apply(KubernetesClient client) {
    client.resource(map("applied", "1")).serverSideApply();
    ConfigMap second = client.resource(map("applied", "2")).serverSideApply();
    check("2".equals(second.getData().get("a")), "apply: got " + second.getData());
    ConfigMap stale = client.resource(second).get();
    client.configMaps().inNamespace(NAMESPACE).withName("applied").edit(old -> new ConfigMapBuilder(old).addToData("b", "3").build());
    try {
      client.resource(new ConfigMapBuilder(stale).addToData("c", "4").build()).update();
      check(false, "update of a former version: got no conflict");
    } catch (KubernetesClientException refused) {
      check(refused.getCode() == 409, "update of a former version: got " + refused.getCode());
    }
    System.out.println("applied");
  }

  /** An informer sees what is there, then each change. */
  static void watch(KubernetesClient client) throws Exception {
    BlockingQueue<String> seen = new LinkedBlockingQueue<>();
    try (var informer = client.configMaps().inNamespace(NAMESPACE).withLabel("app", "java").inform(new ResourceEventHandler<ConfigMap>() {
      @Override public void onAdd(ConfigMap map) { seen.add("add " + map.getMetadata().getName()); }
      @Override public void onUpdate(ConfigMap old, ConfigMap map) { seen.add("update " + map.getData().get("a")); }
      @Override public void onDelete(ConfigMap map, boolean unknown) { seen.add("delete " + map.getMetadata().getName()); }
    })) {
      ConfigMap labelled = new ConfigMapBuilder(map("watched", "1")).editMetadata().addToLabels("app", "java").endMetadata().build();
      client.resource(labelled).create();
      await(seen, "add watched");
      client.configMaps().inNamespace(NAMESPACE).withName("watched").edit(old -> new ConfigMapBuilder(old).addToData("a", "2").build());
      await(seen, "update 2");
      client.resource(labelled).delete();
      await(seen, "delete watched");
    }
    System.out.println("watched");
  }

  /** A deployment rolls out and is scaled. */
  static void scale(KubernetesClient client) {
    Map<String, String> labels = Map.of("app", "scaled");
    Deployment wanted = new DeploymentBuilder().withNewMetadata().withName("scaled").withNamespace(NAMESPACE).endMetadata()
        .withNewSpec().withReplicas(1).withNewSelector().withMatchLabels(labels).endSelector()
        .withNewTemplate().withNewMetadata().withLabels(labels).endMetadata()
        .withNewSpec().addNewContainer().withName("main").withImage("example.com/app:1").endContainer().endSpec()
        .endTemplate().endSpec().build();
    client.resource(wanted).create();
    client.resource(wanted).waitUntilReady(PATIENCE_SECONDS, TimeUnit.SECONDS);
    client.apps().deployments().inNamespace(NAMESPACE).withName("scaled").scale(3);
    client.resource(wanted).waitUntilCondition(
        now -> now != null && Integer.valueOf(3).equals(now.getStatus().getReadyReplicas()), PATIENCE_SECONDS, TimeUnit.SECONDS);
    System.out.println("scaled");
  }

  /** A command, the log and a port of a pod. */
  static void reach(KubernetesClient client) throws Exception {
    Pod wanted = new PodBuilder().withNewMetadata().withName("reached").withNamespace(NAMESPACE).endMetadata()
        .withNewSpec().addNewContainer().withName("main").withImage("example.com/app:1")
        .withCommand("sh", "-c", "echo begun; serve").addNewPort().withContainerPort(8080).endPort()
        .endContainer().endSpec().build();
    client.resource(wanted).create();
    client.resource(wanted).waitUntilReady(PATIENCE_SECONDS, TimeUnit.SECONDS);
    var pod = client.pods().inNamespace(NAMESPACE).withName("reached");
    check("begun\n".equals(pod.getLog()), "read log: got " + pod.getLog());
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    try (var command = pod.writingOutput(output).exec("hostname")) {
      check(command.exitCode().get(PATIENCE_SECONDS, TimeUnit.SECONDS) == 0, "run command: it failed");
    }
    check("reached\n".equals(output.toString()), "run command: got " + output);
    try (var forward = pod.portForward(8080)) {
      URI place = URI.create("http://127.0.0.1:" + forward.getLocalPort() + "/");
      String answer = HttpClient.newHttpClient().send(HttpRequest.newBuilder(place).build(), BodyHandlers.ofString()).body();
      check("reached\n".equals(answer), "ask port: got " + answer);
    }
    System.out.println("reached");
  }

  static void await(BlockingQueue<String> seen, String wanted) throws InterruptedException {
    for (;;) {
      String event = seen.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      check(event != null, "await " + wanted + ": it never came");
      if (wanted.equals(event)) return;
    }
  }

  static void check(boolean holds, String problem) {
    if (holds) return;
    System.err.println(problem);
    System.exit(1);
  }
}
