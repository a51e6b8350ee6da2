// Every REST route. Order matters where one path's parameter may hold slashes: the longer path comes first.

import { actionsRoutes } from "./actions.ts";
import { appRoutes } from "./apps.ts";
import { checkRoutes } from "./checks.ts";
import { commitRoutes } from "./commits.ts";
import { deploymentRoutes } from "./deployments.ts";
import { gitDataRoutes } from "./git-data.ts";
import { hookDeliveryRoutes } from "./hook-deliveries.ts";
import { issueCommentRoutes } from "./issue-comments.ts";
import { issueRoutes } from "./issues.ts";
import { pullRoutes } from "./pulls.ts";
import type { RateLimits } from "./rate-limits.ts";
import { rateLimitRoute, repositoryRoutes } from "./repositories.ts";
import { reviewRoutes } from "./reviews.ts";
import type { Route } from "./route.ts";
import { statusRoutes } from "./statuses.ts";

export function allRoutes(rateLimits: RateLimits): readonly Route[] {
  return [
    rateLimitRoute(rateLimits),
    ...appRoutes,
    ...hookDeliveryRoutes,
    ...repositoryRoutes,
    ...issueCommentRoutes,
    ...issueRoutes,
    ...reviewRoutes,
    ...pullRoutes,
    ...checkRoutes,
    ...statusRoutes,
    ...deploymentRoutes,
    ...actionsRoutes,
    ...gitDataRoutes,
    ...commitRoutes,
  ];
}
