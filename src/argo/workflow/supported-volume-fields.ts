// The volumes of a step: what brings files into its pod, and nothing that is kept between steps.
import { noEffect, refused, supported } from "./field.ts";

const clusterOnly = noEffect("it only concerns pods on a cluster");
const storage = refused("a step's volumes are emptyDir, configMap or projected");

export const VOLUME_FIELDS = {
  volumeMount: {
    name: supported("string"),
    mountPath: supported("string"),
    readOnly: supported("boolean"),
    subPath: supported("string"),
    subPathExpr: refused("use subPath with a parameter"),
    mountPropagation: clusterOnly,
    recursiveReadOnly: clusterOnly,
  },
  volume: {
    name: supported("string"),
    emptyDir: supported("any"),
    configMap: supported("any"),
    projected: supported("any"),
    secret: refused("steps get no secrets; a projected ServiceAccount token is possible"),
    persistentVolumeClaim: storage,
    hostPath: storage,
    nfs: storage,
    csi: storage,
    ephemeral: storage,
    downwardAPI: refused("use env with valueFrom.fieldRef"),
    image: storage,
  },
} as const;
