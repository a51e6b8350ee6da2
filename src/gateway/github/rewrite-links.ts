// The pages of GitHub's lists, as a caller reaches them: through the gateway, and by the repository's name. GitHub links
// to `/repositories/<id>`, and who asked by name does not know the id.
import { repositoryText, type RepositoryName } from "../repository-name.ts";

export interface LinkPlaces {
  /** GitHub's base URL. */
  readonly apiUrl: string;
  /** The gateway's, in its place. */
  readonly own: string;
  /** What the call was about; all its pages are too. */
  readonly repository: RepositoryName;
}

/** The Link header with every address of GitHub's made the gateway's own. */
export function rewriteLinks(link: string, { apiUrl, own, repository }: LinkPlaces): string {
  return link
    .replaceAll(apiUrl, own)
    .replaceAll(/(\/github)\/repositories\/\d+(?=[/?>])/g, `$1/repos/${repositoryText(repository)}`);
}
