extension SchemaText {
    /// Pods and what stands in them.
    static let pod = """
        @core v1
        Pod*: A group of containers that run together on one node.
          spec PodSpec: What is to run.
          status PodStatus: What runs, as last reported by the node.
        PodTemplateSpec: A pod as controllers make it.
          metadata meta.ObjectMeta: Labels and annotations of the pods.
          spec PodSpec: What is to run.
        PodSpec: What is to run.
          activeDeadlineSeconds long: After how many seconds the pod is ended as failed.
          affinity Affinity: Wishes and demands on where it runs.
          automountServiceAccountToken bool: Whether a token of the service account is put into the containers.
          containers! [Container] @name: The containers; at least one.
          dnsConfig PodDNSConfig: DNS settings, added to those of the policy.
          dnsPolicy str: ClusterFirst, ClusterFirstWithHostNet, Default or None.
          enableServiceLinks bool: Whether services stand in the environment of the containers.
          ephemeralContainers [EphemeralContainer] @name: Containers added to look into a running pod.
          hostAliases [HostAlias] @ip: Lines for the hosts file of the containers.
          hostIPC bool: Use the node's IPC namespace.
          hostNetwork bool: Use the node's network.
          hostPID bool: Use the node's process namespace.
          hostUsers bool: Use the node's user namespace.
          hostname str: The name of the host inside; the pod's name unless set.
          imagePullSecrets [LocalObjectReference] @name: Secrets with credentials of image registries.
          initContainers [Container] @name: Containers that run to their end, one by one, before the others start.
          nodeName str: The node the pod is bound to.
          nodeSelector {str}: Labels that the node has to have.
          os PodOS: The operating system of the containers.
          overhead {qty}: What running the pod costs beyond its containers.
          preemptionPolicy str: PreemptLowerPriority or Never.
          priority int: How important the pod is; more is more.
          priorityClassName str: The class that gives the priority.
          readinessGates [PodReadinessGate]: More conditions that have to hold before the pod counts as ready.
          resourceClaims [PodResourceClaim] @name,retain: Claims of devices that containers may use.
          resources ResourceRequirements: Resources of the pod as a whole.
          restartPolicy str: Always, OnFailure or Never.
          runtimeClassName str: The RuntimeClass that runs the pod.
          schedulerName str: The scheduler that picks the node.
          schedulingGates [PodSchedulingGate] @name: While any stands here the pod is not scheduled.
          securityContext PodSecurityContext: Security settings for all containers.
          serviceAccount str: Old name of serviceAccountName.
          serviceAccountName str: The service account the pod runs as.
          setHostnameAsFQDN bool: Whether the host's name inside is the full domain name.
          shareProcessNamespace bool: Whether containers see each other's processes.
          subdomain str: The subdomain of the full host name.
          terminationGracePeriodSeconds long: How many seconds the containers have to end.
          tolerations [Toleration]: Taints of nodes that the pod puts up with.
          topologySpreadConstraints [TopologySpreadConstraint] @topologyKey: How pods are spread over zones and nodes.
          volumes [Volume] @name,retain: Volumes that containers may mount.
        Container: One container of a pod.
          args [str]: Arguments; those of the image unless set.
          command [str]: The program to run; that of the image unless set.
          env [EnvVar] @name: Environment variables.
          envFrom [EnvFromSource]: ConfigMaps and Secrets whose keys become environment variables.
          image str: The image.
          imagePullPolicy str: Always, IfNotPresent or Never.
          lifecycle Lifecycle: What is done after the start and before the end.
          livenessProbe Probe: When it fails the container is restarted.
          name! str: The name, unique in the pod.
          ports [ContainerPort] @containerPort: Ports that the container listens on.
          readinessProbe Probe: While it fails the container gets no traffic from services.
          resizePolicy [ContainerResizePolicy]: Whether a change of resources restarts the container.
          resources ResourceRequirements: What the container needs and may use.
          restartPolicy str: Always makes an init container run beside the others.
          securityContext SecurityContext: Security settings, above those of the pod.
          startupProbe Probe: Until it succeeds the other probes wait.
          stdin bool: Whether standard input is open.
          stdinOnce bool: Whether standard input closes after the first who attached leaves.
          terminationMessagePath str: The file that holds the last words of the container.
          terminationMessagePolicy str: File or FallbackToLogsOnError.
          tty bool: Whether the container has a terminal.
          volumeDevices [VolumeDevice] @devicePath: Block devices.
          volumeMounts [VolumeMount] @mountPath: Where volumes are mounted.
          workingDir str: The working directory.
        EphemeralContainer +Container: A container added to look into a running pod.
          targetContainerName str: The container whose processes it sees.
        ContainerPort: A port that a container listens on.
          containerPort! int: The port inside.
          hostIP str: The node's address to bind to.
          hostPort int: The port on the node.
          name str: A name that services may use.
          protocol str: TCP, UDP or SCTP.
        ContainerResizePolicy: Whether a change of one resource restarts the container.
          resourceName! str: The resource.
          restartPolicy! str: NotRequired or RestartContainer.
        EnvVar: An environment variable.
          name! str: The name.
          value str: The value; $(NAME) stands for another variable.
          valueFrom EnvVarSource: Where the value comes from, if it does not stand here.
        EnvVarSource: Where the value of a variable comes from.
          configMapKeyRef ConfigMapKeySelector: A key of a ConfigMap.
          fieldRef ObjectFieldSelector: A field of the pod.
          resourceFieldRef ResourceFieldSelector: A resource of a container.
          secretKeyRef SecretKeySelector: A key of a Secret.
        EnvFromSource: An object whose keys become environment variables.
          configMapRef ConfigMapEnvSource: A ConfigMap.
          prefix str: Put before each name.
          secretRef SecretEnvSource: A Secret.
        ConfigMapEnvSource: A ConfigMap whose keys become variables.
          name str: The ConfigMap.
          optional bool: Whether it may be missing.
        SecretEnvSource: A Secret whose keys become variables.
          name str: The Secret.
          optional bool: Whether it may be missing.
        ConfigMapKeySelector: A key of a ConfigMap.
          key! str: The key.
          name str: The ConfigMap.
          optional bool: Whether it may be missing.
        SecretKeySelector: A key of a Secret.
          key! str: The key.
          name str: The Secret.
          optional bool: Whether it may be missing.
        ObjectFieldSelector: A field of the pod.
          apiVersion str: The version in which the field is named.
          fieldPath! str: The field, such as metadata.name.
        ResourceFieldSelector: A resource of a container.
          containerName str: The container.
          divisor qty: The unit of the value.
          resource! str: Such as limits.cpu.
        Lifecycle: What is done after the start and before the end of a container.
          postStart LifecycleHandler: Done right after the start.
          preStop LifecycleHandler: Done before the container is ended.
        LifecycleHandler: Something to do.
          exec ExecAction: Run a command in the container.
          httpGet HTTPGetAction: Ask over HTTP.
          sleep SleepAction: Wait.
          tcpSocket TCPSocketAction: Connect.
        Probe: A check of a container, repeated.
          exec ExecAction: Run a command; it succeeds with exit code 0.
          failureThreshold int: How many failures in a row count.
          grpc GRPCAction: Ask over gRPC.
          httpGet HTTPGetAction: Ask over HTTP; it succeeds with a code from 200 to 399.
          initialDelaySeconds int: How long to wait before the first check.
          periodSeconds int: How often to check.
          successThreshold int: How many successes in a row count after a failure.
          tcpSocket TCPSocketAction: Connect.
          terminationGracePeriodSeconds long: How many seconds the container has to end when the check failed.
          timeoutSeconds int: After how long a check counts as failed.
        ExecAction: A command in the container.
          command [str]: The program and its arguments; no shell is around it.
        GRPCAction: A gRPC health check.
          port! int: The port.
          service str: The service asked for.
        HTTPGetAction: A GET over HTTP.
          host str: The host; the pod's address unless set.
          httpHeaders [HTTPHeader]: Headers to send.
          path str: The path.
          port! intstr: The port, by number or name.
          scheme str: HTTP or HTTPS.
        HTTPHeader: A header.
          name! str: The name.
          value! str: The value.
        SleepAction: A wait.
          seconds! long: How long.
        TCPSocketAction: A connection.
          host str: The host; the pod's address unless set.
          port! intstr: The port, by number or name.
        ResourceRequirements: What is needed and what may be used.
          claims [ResourceClaim]: Claims of the pod that are used.
          limits {qty}: The most that may be used.
          requests {qty}: What is kept free for it.
        ResourceClaim: A claim of the pod that a container uses.
          name! str: The claim's name in the pod.
          request str: One request of the claim.
        SecurityContext: Security settings of a container.
          allowPrivilegeEscalation bool: Whether a process may gain more rights than its parent.
          appArmorProfile AppArmorProfile: AppArmor settings.
          capabilities Capabilities: Capabilities to add and drop.
          privileged bool: Run with all rights on the node.
          procMount str: How /proc is mounted.
          readOnlyRootFilesystem bool: Whether the root file system is read-only.
          runAsGroup long: The group id.
          runAsNonRoot bool: Refuse to run as root.
          runAsUser long: The user id.
          seLinuxOptions SELinuxOptions: SELinux settings.
          seccompProfile SeccompProfile: Seccomp settings.
          windowsOptions WindowsSecurityContextOptions: Settings for Windows.
        PodSecurityContext: Security settings of all containers of a pod.
          appArmorProfile AppArmorProfile: AppArmor settings.
          fsGroup long: The group that owns volumes.
          fsGroupChangePolicy str: OnRootMismatch or Always.
          runAsGroup long: The group id.
          runAsNonRoot bool: Refuse to run as root.
          runAsUser long: The user id.
          seLinuxChangePolicy str: MountOption or Recursive.
          seLinuxOptions SELinuxOptions: SELinux settings.
          seccompProfile SeccompProfile: Seccomp settings.
          supplementalGroups [long]: More groups.
          supplementalGroupsPolicy str: Merge or Strict.
          sysctls [Sysctl]: Kernel settings.
          windowsOptions WindowsSecurityContextOptions: Settings for Windows.
        AppArmorProfile: An AppArmor profile.
          localhostProfile str: The profile on the node.
          type! str: RuntimeDefault, Localhost or Unconfined.
        SeccompProfile: A seccomp profile.
          localhostProfile str: The file on the node.
          type! str: RuntimeDefault, Localhost or Unconfined.
        Capabilities: Capabilities of Linux.
          add [str]: Those to add.
          drop [str]: Those to drop.
        SELinuxOptions: Labels of SELinux.
          level str: The level.
          role str: The role.
          type str: The type.
          user str: The user.
        WindowsSecurityContextOptions: Security settings on Windows.
          gmsaCredentialSpec str: The credential specification.
          gmsaCredentialSpecName str: The name of the credential specification.
          hostProcess bool: Run as a process of the host.
          runAsUserName str: The user.
        Sysctl: A kernel setting.
          name! str: The name.
          value! str: The value.
        Affinity: Wishes and demands on where a pod runs.
          nodeAffinity NodeAffinity: About nodes.
          podAffinity PodAffinity: About pods to be near to.
          podAntiAffinity PodAntiAffinity: About pods to be far from.
        NodeAffinity: Wishes and demands on the node.
          preferredDuringSchedulingIgnoredDuringExecution [PreferredSchedulingTerm]: Wishes.
          requiredDuringSchedulingIgnoredDuringExecution NodeSelector: Demands.
        PodAffinity: Wishes and demands on nearby pods.
          preferredDuringSchedulingIgnoredDuringExecution [WeightedPodAffinityTerm]: Wishes.
          requiredDuringSchedulingIgnoredDuringExecution [PodAffinityTerm]: Demands.
        PodAntiAffinity: Wishes and demands on pods that must not be near.
          preferredDuringSchedulingIgnoredDuringExecution [WeightedPodAffinityTerm]: Wishes.
          requiredDuringSchedulingIgnoredDuringExecution [PodAffinityTerm]: Demands.
        PreferredSchedulingTerm: A wish on the node, with its weight.
          preference! NodeSelectorTerm: The wish.
          weight! int: From 1 to 100.
        WeightedPodAffinityTerm: A wish on pods, with its weight.
          podAffinityTerm! PodAffinityTerm: The wish.
          weight! int: From 1 to 100.
        PodAffinityTerm: Pods, and how near is near.
          labelSelector meta.LabelSelector: The pods, by their labels.
          matchLabelKeys [str]: Labels of the new pod whose values the others have to have.
          mismatchLabelKeys [str]: Labels of the new pod whose values the others must not have.
          namespaceSelector meta.LabelSelector: The namespaces, by their labels.
          namespaces [str]: The namespaces, by name.
          topologyKey! str: The node label; nodes with the same value are near.
        NodeSelector: Nodes; one of the terms has to hold.
          nodeSelectorTerms! [NodeSelectorTerm]: The terms.
        NodeSelectorTerm: Nodes; all conditions have to hold.
          matchExpressions [NodeSelectorRequirement]: Conditions on labels.
          matchFields [NodeSelectorRequirement]: Conditions on fields.
        NodeSelectorRequirement: One condition on a node.
          key! str: The label or field.
          operator! str: In, NotIn, Exists, DoesNotExist, Gt or Lt.
          values [str]: The values to compare with.
        Toleration: A taint that a pod puts up with.
          effect str: NoSchedule, PreferNoSchedule, NoExecute, or empty for all.
          key str: The taint; empty for all.
          operator str: Exists or Equal.
          tolerationSeconds long: For how long, for NoExecute.
          value str: The taint's value, for Equal.
        TopologySpreadConstraint: How pods are spread.
          labelSelector meta.LabelSelector: The pods that are counted.
          matchLabelKeys [str]: Labels of the new pod whose values the counted have to have.
          maxSkew! int: How uneven it may be.
          minDomains int: The least number of domains.
          nodeAffinityPolicy str: Honor or Ignore.
          nodeTaintsPolicy str: Honor or Ignore.
          topologyKey! str: The node label that tells domains apart.
          whenUnsatisfiable! str: DoNotSchedule or ScheduleAnyway.
        PodDNSConfig: DNS settings.
          nameservers [str]: Addresses of name servers.
          options [PodDNSConfigOption]: Resolver options.
          searches [str]: Search domains.
        PodDNSConfigOption: A resolver option.
          name str: The name.
          value str: The value.
        HostAlias: A line of the hosts file.
          hostnames [str]: The names.
          ip! str: The address.
        LocalObjectReference: An object in the same namespace.
          name str: The name.
        PodOS: The operating system of the containers.
          name! str: linux or windows.
        PodReadinessGate: A condition that has to hold before the pod counts as ready.
          conditionType! str: The condition's type.
        PodSchedulingGate: Something that holds up scheduling.
          name! str: The name.
        PodResourceClaim: A claim of devices.
          name! str: The name inside the pod.
          resourceClaimName str: A claim in the same namespace.
          resourceClaimTemplateName str: A template from which a claim is made.
        """
}
