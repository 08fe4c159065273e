package weft.peer;

import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;
import static org.mockito.Mockito.withSettings;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.yarn.api.records.*;
import org.apache.hadoop.yarn.conf.YarnConfiguration;
import org.apache.hadoop.yarn.server.resourcemanager.*;
import org.apache.hadoop.yarn.server.resourcemanager.placement.ApplicationPlacementContext;
import org.apache.hadoop.yarn.server.resourcemanager.rmapp.RMApp;
import org.apache.hadoop.yarn.server.resourcemanager.rmapp.attempt.*;
import org.apache.hadoop.yarn.server.resourcemanager.rmcontainer.*;
import org.apache.hadoop.yarn.server.resourcemanager.rmnode.RMNode;
import org.apache.hadoop.yarn.server.resourcemanager.scheduler.*;
import org.apache.hadoop.yarn.server.resourcemanager.scheduler.event.*;
import org.apache.hadoop.yarn.server.resourcemanager.scheduler.fair.FairScheduler;
import org.apache.hadoop.yarn.server.scheduler.SchedulerRequestKey;

/** Runs a workload file on Hadoop's real schedulers: calls straight into the scheduler, on one thread. One JSON line a case. */
public final class SchedulerBench {
  private static final ContainerUpdates NO_UPDATES = new ContainerUpdates();
  private static final int MAX_FILL_ROUNDS = 400;
  private static final Map<String, String> CLASSES =
      Map.of("fifo", "fifo.FifoScheduler", "fair", "fair.FairScheduler", "capacity", "capacity.CapacityScheduler");

  public static void main(String[] args) throws Exception {
    JsonNode workload = new ObjectMapper().readTree(new File(args[0]));
    int runs = Integer.parseInt(args[1]);
    for (JsonNode each : workload.get("cases")) {
      int nodes = each.get("nodes").asInt();
      // The same warm-ups as on the other side: code is compiled at the first runs.
      int warmUps = nodes <= 100 ? 4 : nodes <= 1000 ? 1 : 0;
      List<double[]> results = new ArrayList<>();
      for (int i = 0; i < warmUps + runs; i++) {
        double[] result = new SchedulerBench(workload, each).run();
        if (i >= warmUps) results.add(result);
        System.gc();
      }
      results.sort(Comparator.comparingDouble(rates -> rates[3]));
      double[] middle = results.get(results.size() / 2);
      System.out.printf(
          "{\"id\":\"%s\",\"fill\":{\"perSecondHeartbeats\":%f,\"perSecondAll\":%f},\"churn\":{\"perSecondHeartbeats\":%f,\"perSecondAll\":%f}}%n",
          each.get("id").asText(), middle[0], middle[1], middle[2], middle[3]);
    }
    System.exit(0);
  }

  private static final class App {
    ApplicationAttemptId attempt;
    int wanted;
  }

  private final JsonNode workload;
  private final JsonNode settings;
  private final MockRM resourceManager;
  private final AbstractYarnScheduler scheduler;
  private final List<RMNode> nodes = new ArrayList<>();
  private final List<App> apps = new ArrayList<>();
  private final Map<ApplicationAttemptId, App> byAttempt = new HashMap<>();
  private final Resource container;
  private long heartbeatNs;
  private long otherNs;
  private long got;

  private SchedulerBench(JsonNode workload, JsonNode settings) throws Exception {
    this.workload = workload;
    this.settings = settings;
    container = sizeOf(workload.get("container"));
    YarnConfiguration conf = new YarnConfiguration();
    String kind = settings.get("scheduler").asText();
    conf.set(YarnConfiguration.RM_SCHEDULER, "org.apache.hadoop.yarn.server.resourcemanager.scheduler." + CLASSES.get(kind));
    // Shares are worked out where the workload says so, not by a clock.
    conf.setLong("yarn.scheduler.fair.update-interval-ms", 3_600_000L);
    conf.setBoolean("yarn.resourcemanager.work-preserving-recovery.enabled", false);
    workload.get("baseConf").fields().forEachRemaining(e -> conf.set(e.getKey(), e.getValue().asText()));
    workload.get("profiles").get(settings.get("profile").asText()).fields()
        .forEachRemaining(e -> conf.set(e.getKey(), e.getValue().asText()));
    int queues = settings.get("queues").asInt();
    if (kind.equals("capacity")) configureQueues(conf, queues);
    if (kind.equals("fair")) conf.set("yarn.scheduler.fair.allocation.file", allocationFile(queues));
    org.apache.log4j.LogManager.getRootLogger().setLevel(org.apache.log4j.Level.OFF);
    resourceManager = new MockRM(conf);
    scheduler = (AbstractYarnScheduler) resourceManager.getResourceScheduler();
    resourceManager.start();
    org.apache.log4j.LogManager.getRootLogger().setLevel(org.apache.log4j.Level.OFF);
    Resource size = sizeOf(workload.get("node"));
    for (int i = 0; i < settings.get("nodes").asInt(); i++) {
      String host = "127.1." + (i / 250) + "." + (i % 250 + 1);
      RMNode node = MockNodes.newNodeInfo(1, size, i, host, 1234);
      nodes.add(node);
      scheduler.handle(new NodeAddedSchedulerEvent(node));
    }
    update();
    for (int i = 0; i < settings.get("apps").asInt(); i++) submit(i, kind.equals("fifo") ? "default" : "root.q" + i % queues, "u" + i % queues);
    resourceManager.drainEvents();
  }

  private static void configureQueues(YarnConfiguration conf, int queues) {
    String prefix = "yarn.scheduler.capacity.root.";
    List<String> names = new ArrayList<>();
    for (int i = 0; i < queues; i++) {
      names.add("q" + i);
      conf.set(prefix + "q" + i + ".capacity", String.valueOf(100.0f / queues));
      conf.set(prefix + "q" + i + ".maximum-capacity", "100");
      conf.set(prefix + "q" + i + ".user-limit-factor", String.valueOf(queues * 2));
    }
    conf.set(prefix + "queues", String.join(",", names));
  }

  private static String allocationFile(int queues) throws Exception {
    StringBuilder text = new StringBuilder("<allocations>\n");
    for (int i = 0; i < queues; i++) text.append("<queue name=\"q").append(i).append("\"><weight>1.0</weight></queue>\n");
    Path file = Files.createTempFile("fair-scheduler", ".xml");
    file.toFile().deleteOnExit();
    Files.writeString(file, text.append("</allocations>"));
    return file.toString();
  }

  private static Resource sizeOf(JsonNode size) {
    return Resource.newInstance(size.get("memory").asLong(), size.get("vcores").asInt());
  }

  /** An application whose ResourceManager side is a double: only the scheduler is real. */
  private void submit(int number, String queue, String user) {
    ApplicationId id = ApplicationId.newInstance(1, number + 1);
    App app = new App();
    app.attempt = ApplicationAttemptId.newInstance(id, 1);
    RMApp record = mock(RMApp.class, withSettings().stubOnly());
    RMAppAttempt attempt = mock(RMAppAttempt.class, withSettings().stubOnly());
    ApplicationSubmissionContext context = ApplicationSubmissionContext.newInstance(id, "app", queue, Priority.newInstance(0), null, true, false, 1, null, "T");
    when(record.getApplicationId()).thenReturn(id);
    when(record.getCurrentAppAttempt()).thenReturn(attempt);
    when(record.getApplicationSubmissionContext()).thenReturn(context);
    when(record.getUser()).thenReturn(user);
    when(record.getQueue()).thenReturn(queue);
    when(record.getApplicationSchedulingEnvs()).thenReturn(new HashMap<>());
    when(record.getApplicationPriority()).thenReturn(Priority.newInstance(0));
    when(record.getRMAppAttempt(any())).thenReturn(attempt);
    when(attempt.getRMAppAttemptMetrics()).thenReturn(new RMAppAttemptMetrics(app.attempt, resourceManager.getRMContext()));
    when(attempt.getSubmissionContext()).thenReturn(context);
    when(attempt.getAppAttemptId()).thenReturn(app.attempt);
    resourceManager.getRMContext().getRMApps().put(id, record);
    boolean isFifo = queue.equals("default");
    scheduler.handle(new AppAddedSchedulerEvent(id, queue, user, false, null, Priority.newInstance(0), isFifo ? null : new ApplicationPlacementContext(queue)));
    scheduler.handle(new AppAttemptAddedSchedulerEvent(app.attempt, false));
    apps.add(app);
    byAttempt.put(app.attempt, app);
  }

  /** Rates in allocations a second: fill by heartbeats, fill by all calls, churn by heartbeats, churn by all calls. */
  private double[] run() throws Exception {
    try {
      int perNode = (int) (workload.get("node").get("memory").asLong() / container.getMemorySize());
      int perApp = nodes.size() * perNode / apps.size();
      for (App app : apps) ask(app, perApp);
      update();
      heartbeatNs = otherNs = got = 0;
      for (int round = 0; got < (long) perApp * apps.size() && round < MAX_FILL_ROUNDS; round++) round();
      resourceManager.drainEvents();
      double[] fill = rates();
      heartbeatNs = otherNs = got = 0;
      for (int round = 0; round < settings.get("churnRounds").asInt(); round++) {
        endSome();
        round();
      }
      double[] churn = rates();
      return new double[] {fill[0], fill[1], churn[0], churn[1]};
    } finally {
      resourceManager.stop();
    }
  }

  private double[] rates() {
    return new double[] {got * 1e9 / heartbeatNs, got * 1e9 / (heartbeatNs + otherNs)};
  }

  private void round() {
    long before = System.nanoTime();
    for (RMNode node : nodes) scheduler.handle(new NodeUpdateSchedulerEvent(node));
    heartbeatNs += System.nanoTime() - before;
    before = System.nanoTime();
    for (App app : apps) allocate(app, List.of());
    update();
    otherNs += System.nanoTime() - before;
  }

  private void update() {
    if (scheduler instanceof FairScheduler) ((FairScheduler) scheduler).update();
  }

  private void endSome() {
    long before = System.nanoTime();
    Map<App, Integer> ended = new LinkedHashMap<>();
    int perNode = workload.get("churn").get("completePerNodeHeartbeat").asInt();
    for (RMNode node : nodes) {
      List<RMContainer> running = scheduler.getSchedulerNode(node.getNodeID()).getCopiedListOfRunningContainers();
      for (RMContainer each : running.subList(0, Math.min(perNode, running.size()))) {
        ended.merge(byAttempt.get(each.getApplicationAttemptId()), 1, Integer::sum);
        ContainerStatus status = ContainerStatus.newInstance(each.getContainerId(), ContainerState.COMPLETE, "", 0);
        scheduler.completedContainer(each, status, RMContainerEventType.FINISHED);
      }
    }
    ended.forEach((app, count) -> ask(app, count + open(app)));
    update();
    otherNs += System.nanoTime() - before;
  }

  private int open(App app) {
    ResourceRequest any = request(1);
    return scheduler.getApplicationAttempt(app.attempt).getOutstandingAsksCount(SchedulerRequestKey.create(any));
  }

  private void ask(App app, int count) {
    allocate(app, List.of(request(count)));
  }

  private ResourceRequest request(int count) {
    return ResourceRequest.newInstance(Priority.newInstance(1), "*", Resource.newInstance(container.getMemorySize(), container.getVirtualCores()), count, true, "");
  }

  private void allocate(App app, List<ResourceRequest> asks) {
    Allocation allocation = scheduler.allocate(app.attempt, new ArrayList<>(asks), null, List.of(), null, null, NO_UPDATES);
    if (allocation != null) got += allocation.getContainers().size();
  }
}
