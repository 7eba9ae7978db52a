extension SchemaText {
    /// The core group's kinds but pods and volumes.
    static let core = """
        @core v1
        Node*: A machine that runs pods.
          spec NodeSpec: What is wanted of it.
          status NodeStatus: What it reports.
        NodeSpec: What is wanted of a node.
          configSource any: No longer used.
          externalID str: No longer used.
          podCIDR str: The addresses of its pods.
          podCIDRs [str] @: The addresses of its pods, one for each family.
          providerID str: The provider's name for it.
          taints [Taint]: What keeps pods away.
          unschedulable bool: Whether new pods stay away.
        Taint: Something that keeps pods away.
          effect! str: NoSchedule, PreferNoSchedule or NoExecute.
          key! str: The name.
          timeAdded time: Since when.
          value str: The value.
        NodeStatus: What a node reports.
          addresses [NodeAddress] @type: Its addresses.
          allocatable {qty}: What pods may use.
          capacity {qty}: What it has.
          conditions [NodeCondition] @type: Aspects of its state.
          config any: No longer used.
          daemonEndpoints NodeDaemonEndpoints: Ports of its agents.
          features NodeFeatures: What its runtime can do.
          images [ContainerImage]: Images it holds.
          nodeInfo NodeSystemInfo: What it is.
          phase str: No longer used.
          runtimeHandlers [NodeRuntimeHandler]: Its runtimes.
          volumesAttached [AttachedVolume]: Volumes attached to it.
          volumesInUse [str]: Volumes in use.
        NodeAddress: An address of a node.
          address! str: The address.
          type! str: Hostname, InternalIP, ExternalIP, InternalDNS or ExternalDNS.
        NodeCondition: One aspect of a node's state.
          lastHeartbeatTime time: When it was last reported.
          lastTransitionTime time: When it last changed.
          message str: The cause in a sentence.
          reason str: The cause in a word.
          status! str: True, False or Unknown.
          type! str: Such as Ready.
        NodeDaemonEndpoints: Ports of agents.
          kubeletEndpoint DaemonEndpoint: The kubelet.
        DaemonEndpoint: The port of an agent.
          Port! int: The port.
        NodeFeatures: What a runtime can do.
          supplementalGroupsPolicy bool: Whether it knows supplementalGroupsPolicy.
        ContainerImage: An image on a node.
          names [str]: Its names.
          sizeBytes long: Its size.
        NodeSystemInfo: What a node is.
          architecture! str: The processor.
          bootID! str: Changes with each start.
          containerRuntimeVersion! str: The runtime and its version.
          kernelVersion! str: The kernel.
          kubeProxyVersion! str: The version of kube-proxy.
          kubeletVersion! str: The version of the kubelet.
          machineID! str: The machine.
          operatingSystem! str: The operating system.
          osImage! str: The distribution.
          systemUUID! str: The hardware.
        NodeRuntimeHandler: A runtime of a node.
          features NodeRuntimeHandlerFeatures: What it can do.
          name str: Its name.
        NodeRuntimeHandlerFeatures: What a runtime can do.
          recursiveReadOnlyMounts bool: Mounts read-only all the way down.
          userNamespaces bool: User namespaces.
        AttachedVolume: A volume attached to a node.
          devicePath! str: The device.
          name! str: The volume.
        ConfigMap*: Settings, as keys and values.
          binaryData {bytes}: Values that are no text, in base64.
          data {str}: Values that are text.
          immutable bool: Whether it may never change.
        Secret*: Something to keep secret, as keys and values.
          data {bytes}: The values, in base64.
          immutable bool: Whether it may never change.
          stringData {str}: Values as text; only for writing.
          type str: What it is for.
        Service*: A name and an address for a set of pods.
          spec ServiceSpec: What is wanted.
          status ServiceStatus: What is so.
        ServiceSpec: What is wanted of a service.
          allocateLoadBalancerNodePorts bool: Whether load balancers get node ports.
          clusterIP str: Its address; None for no address of its own.
          clusterIPs [str]: Its addresses, one for each family.
          externalIPs [str]: More addresses that lead to it.
          externalName str: The name it stands for, for type ExternalName.
          externalTrafficPolicy str: Cluster or Local.
          healthCheckNodePort int: The port for health checks of load balancers.
          internalTrafficPolicy str: Cluster or Local.
          ipFamilies [str]: IPv4, IPv6.
          ipFamilyPolicy str: SingleStack, PreferDualStack or RequireDualStack.
          loadBalancerClass str: The sort of load balancer.
          loadBalancerIP str: The load balancer's address; no longer recommended.
          loadBalancerSourceRanges [str]: Who may come through the load balancer.
          ports [ServicePort] @port: Its ports.
          publishNotReadyAddresses bool: Whether pods count that are not ready.
          selector {str}: The labels of its pods.
          sessionAffinity str: ClientIP or None.
          sessionAffinityConfig SessionAffinityConfig: How long a client stays with a pod.
          topologyKeys [str]: No longer used.
          trafficDistribution str: Which pods are preferred, such as PreferClose.
          type str: ClusterIP, NodePort, LoadBalancer or ExternalName.
        ServicePort: A port of a service.
          appProtocol str: The protocol spoken.
          name str: Its name.
          nodePort int: The port on each node.
          port! int: The port.
          protocol str: TCP, UDP or SCTP.
          targetPort intstr: The port of the pods.
        SessionAffinityConfig: How long a client stays with a pod.
          clientIP ClientIPConfig: By the client's address.
        ClientIPConfig: By the client's address.
          timeoutSeconds int: For how long.
        ServiceStatus: What is so of a service.
          conditions [meta.Condition] @type: Aspects of its state.
          loadBalancer LoadBalancerStatus: Its load balancer.
        LoadBalancerStatus: A load balancer.
          ingress [LoadBalancerIngress]: Where it is reached.
        LoadBalancerIngress: Where a load balancer is reached.
          hostname str: The name.
          ip str: The address.
          ipMode str: VIP or Proxy.
          ports [PortStatus]: The ports.
        PortStatus: A port of a load balancer.
          error str: What is wrong with it.
          port! int: The port.
          protocol! str: TCP, UDP or SCTP.
        Endpoints*: The addresses behind a service.
          subsets [EndpointSubset]: Addresses with the same ports.
        EndpointSubset: Addresses with the same ports.
          addresses [EndpointAddress]: Those that are ready.
          notReadyAddresses [EndpointAddress]: Those that are not.
          ports [EndpointPort]: The ports.
        EndpointAddress: An address.
          hostname str: Its name.
          ip! str: The address.
          nodeName str: The node it is on.
          targetRef ObjectReference: What stands behind it.
        EndpointPort: A port.
          appProtocol str: The protocol spoken.
          name str: Its name.
          port! int: The port.
          protocol str: TCP, UDP or SCTP.
        Event*: Something that happened.
          action str: What was done.
          count int: How often.
          eventTime micro: When it was first seen.
          firstTimestamp time: When it happened first.
          involvedObject! ObjectReference: To what.
          lastTimestamp time: When it happened last.
          message str: In a sentence.
          reason str: In a word.
          related ObjectReference: What else it is about.
          reportingComponent str: Who says so.
          reportingInstance str: Which of them.
          series EventSeries: Its repetitions.
          source EventSource: Who says so.
          type str: Normal or Warning.
        EventSeries: Repetitions of an event.
          count int: How many.
          lastObservedTime micro: When it was last seen.
        EventSource: Who tells of an event.
          component str: The component.
          host str: The node.
        ObjectReference: An object.
          apiVersion str: The version of its kind.
          fieldPath str: A part of it.
          kind str: Its kind.
          name str: Its name.
          namespace str: Its namespace.
          resourceVersion str: Its version.
          uid str: Its identity.
        Namespace*: A room for names.
          spec NamespaceSpec: What is wanted.
          status NamespaceStatus: What is so.
        NamespaceSpec: What is wanted of a namespace.
          finalizers [str]: Who still has work to do before it may go.
        NamespaceStatus: What is so of a namespace.
          conditions [NamespaceCondition] @type: Aspects of its state.
          phase str: Active or Terminating.
        NamespaceCondition: One aspect of a namespace's state.
          lastTransitionTime time: When it last changed.
          message str: The cause in a sentence.
          reason str: The cause in a word.
          status! str: True, False or Unknown.
          type! str: The aspect.
        ServiceAccount*: An identity for pods.
          automountServiceAccountToken bool: Whether pods get its token.
          imagePullSecrets [LocalObjectReference]: Secrets with credentials of image registries.
          secrets [ObjectReference] @name: Secrets that its pods may use.
        ReplicationController*: Keeps a number of pods running; ReplicaSets came after it.
          spec ReplicationControllerSpec: What is wanted.
          status ReplicationControllerStatus: What is so.
        ReplicationControllerSpec: What is wanted.
          minReadySeconds int: How long a pod has to be ready to count.
          replicas int: How many pods.
          selector {str}: Their labels.
          template PodTemplateSpec: How they are made.
        ReplicationControllerStatus: What is so.
          availableReplicas int: Those that have been ready for long enough.
          conditions [ReplicationControllerCondition] @type: Aspects of its state.
          fullyLabeledReplicas int: Those with all labels of the template.
          observedGeneration long: The generation this tells of.
          readyReplicas int: Those that are ready.
          replicas! int: Those that are there.
        ReplicationControllerCondition: One aspect of its state.
          lastTransitionTime time: When it last changed.
          message str: The cause in a sentence.
          reason str: The cause in a word.
          status! str: True, False or Unknown.
          type! str: The aspect.
        PodTemplate*: How pods are made.
          template PodTemplateSpec: How they are made.
        LimitRange*: Limits of single objects in a namespace.
          spec LimitRangeSpec: The limits.
        LimitRangeSpec: Limits.
          limits! [LimitRangeItem]: One for each sort of object.
        LimitRangeItem: Limits of one sort of object.
          default {qty}: The limit where none is set.
          defaultRequest {qty}: The request where none is set.
          max {qty}: The most.
          maxLimitRequestRatio {qty}: How far a limit may be above the request.
          min {qty}: The least.
          type! str: Pod, Container or PersistentVolumeClaim.
        ResourceQuota*: Limits of a whole namespace.
          spec ResourceQuotaSpec: The limits.
          status ResourceQuotaStatus: What is used.
        ResourceQuotaSpec: Limits.
          hard {qty}: The most of each resource.
          scopeSelector ScopeSelector: Which objects count.
          scopes [str]: Which objects count.
        ScopeSelector: Which objects count.
          matchExpressions [ScopedResourceSelectorRequirement]: Conditions.
        ScopedResourceSelectorRequirement: One condition.
          operator! str: In, NotIn, Exists or DoesNotExist.
          scopeName! str: The scope.
          values [str]: The values to compare with.
        ResourceQuotaStatus: What is used.
          hard {qty}: The most of each resource.
          used {qty}: What is used.
        Binding*: Binds a pod to a node.
          target! ObjectReference: The node.
        ComponentStatus*: The health of a part of the cluster; no longer recommended.
          conditions [ComponentCondition] @type: What is known.
        ComponentCondition: What is known.
          error str: What is wrong.
          message str: In a sentence.
          status! str: True, False or Unknown.
          type! str: Healthy.
        """
}
