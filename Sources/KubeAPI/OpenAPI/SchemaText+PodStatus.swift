extension SchemaText {
    /// What nodes report of pods.
    static let podStatus = """
        @core v1
        PodStatus: What runs, as last reported.
          conditions [PodCondition] @type: Aspects of the pod's state.
          containerStatuses [ContainerStatus]: The containers.
          ephemeralContainerStatuses [ContainerStatus]: The ephemeral containers.
          hostIP str: The node's address.
          hostIPs [HostIP] @ip: The node's addresses.
          initContainerStatuses [ContainerStatus]: The init containers.
          message str: Why the pod is in this state, in a sentence.
          nominatedNodeName str: The node where others make room for it.
          observedGeneration long: The generation this tells of.
          phase str: Pending, Running, Succeeded, Failed or Unknown.
          podIP str: The pod's address.
          podIPs [PodIP] @ip: The pod's addresses.
          qosClass str: Guaranteed, Burstable or BestEffort.
          reason str: Why the pod is in this state, in a word.
          resize str: How far a change of resources has got.
          resourceClaimStatuses [PodResourceClaimStatus] @name,retain: The claims of devices.
          startTime time: When the node took the pod on.
        PodCondition: One aspect of a pod's state.
          lastProbeTime time: When it was last looked at.
          lastTransitionTime time: When it last changed.
          message str: The cause in a sentence.
          observedGeneration long: The generation this tells of.
          reason str: The cause in a word.
          status! str: True, False or Unknown.
          type! str: Such as Ready.
        ContainerStatus: The state of one container.
          allocatedResources {qty}: What is set aside for it.
          allocatedResourcesStatus [ResourceStatus] @name: The health of its devices.
          containerID str: The runtime's id.
          image! str: The image it runs.
          imageID! str: The image's digest.
          lastState ContainerState: How it ended before.
          name! str: The container.
          ready! bool: Whether it passes its readiness check.
          resources ResourceRequirements: The resources in force.
          restartCount! int: How often it was restarted.
          started bool: Whether it has started.
          state ContainerState: What it does now.
          user ContainerUser: The user it started as.
          volumeMounts [VolumeMountStatus] @mountPath: Its mounts.
        ContainerState: What a container does; one of them.
          running ContainerStateRunning: It runs.
          terminated ContainerStateTerminated: It has ended.
          waiting ContainerStateWaiting: It has not started yet.
        ContainerStateRunning: It runs.
          startedAt time: Since when.
        ContainerStateTerminated: It has ended.
          containerID str: The runtime's id.
          exitCode! int: The exit code.
          finishedAt time: When it ended.
          message str: Its last words.
          reason str: Why, in a word.
          signal int: The signal that ended it.
          startedAt time: When it had started.
        ContainerStateWaiting: It has not started yet.
          message str: Why, in a sentence.
          reason str: Why, in a word.
        ContainerUser: A user.
          linux LinuxContainerUser: On Linux.
        LinuxContainerUser: A user on Linux.
          gid! long: The group.
          supplementalGroups [long]: More groups.
          uid! long: The user.
        ResourceStatus: The health of devices of a container.
          name! str: The resource.
          resources [ResourceHealth]: Each device.
        ResourceHealth: The health of a device.
          health str: Healthy, Unhealthy or Unknown.
          resourceID! str: The device.
        VolumeMountStatus: A mount.
          mountPath! str: Where.
          name! str: The volume.
          readOnly bool: Whether it is read-only.
          recursiveReadOnly str: Disabled, IfPossible or Enabled.
        HostIP: An address of the node.
          ip! str: The address.
        PodIP: An address of the pod.
          ip! str: The address.
        PodResourceClaimStatus: A claim of devices.
          name! str: The name inside the pod.
          resourceClaimName str: The claim that was made.
        """
}
