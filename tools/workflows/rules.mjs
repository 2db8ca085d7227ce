// What every workflow here keeps to, beyond being valid: each rule gives the sentences of what breaks it.

// GitHub's own. Their commits cannot be looked up where this is written, so they are named by the tags of their versions.
const ACTIONS = /^actions\/(checkout|download-artifact|setup-java|upload-artifact)@v\d+$/;

/** All rules, over a workflow that is parsed already. `releaseSteps` are the words that `./dev release` knows. */
export function broken(workflow, releaseSteps) {
  const said = [];
  if (Object.keys(workflow.permissions ?? { all: 1 }).length > 0) said.push('the workflow has permissions that a job may not need');
  if (mentionsSecret(workflow.env)) said.push('a secret is in the environment of every job');
  for (const [name, job] of Object.entries(workflow.jobs)) {
    said.push(...brokenByJob(job).map((words) => `${name}: ${words}`));
    for (const step of job.steps ?? []) said.push(...brokenByStep(step, releaseSteps).map((words) => `${name}: ${words}`));
  }
  return said;
}

function brokenByJob(job) {
  const said = [];
  if (!job.permissions) said.push('does not say what it may');
  for (const [what, how] of Object.entries(job.permissions ?? {})) {
    // Only what makes the draft writes.
    const drafts = (job.steps ?? []).some((step) => step.run?.includes('release publish'));
    if (how === 'write' && !(what === 'contents' && drafts)) said.push(`may write ${what}`);
  }
  if (!job['timeout-minutes']) said.push('has no end');
  if (mentionsSecret(job.env)) said.push('has a secret in the environment of every step');
  const secret = (job.steps ?? []).some((step) => mentionsSecret(step.env));
  if (secret && job.environment !== 'release') said.push('has secrets outside of the environment that is guarded');
  return said;
}

function brokenByStep(step, releaseSteps) {
  const said = [];
  if (step.uses && !ACTIONS.test(step.uses)) said.push(`uses ${step.uses}`);
  if (step.uses?.startsWith('actions/checkout@') && step.with?.['persist-credentials'] !== false) said.push('leaves the credentials in the clone');
  if (mentionsSecret(step.with)) said.push('hands a secret to an action');
  // What stands there is put into the script before a shell sees it, and what a secret is in is printed when it fails.
  if (step.run?.includes('${{')) said.push('puts an expression into a script');
  if (/\bset -\w*x/.test(step.run ?? '')) said.push('prints its commands');
  for (const [, word] of (step.run ?? '').matchAll(/\.\/dev release (\S+)/g)) {
    if (!releaseSteps.includes(word)) said.push(`there is no ./dev release ${word}`);
  }
  return said;
}

function mentionsSecret(value) {
  return /\bsecrets\b/.test(JSON.stringify(value ?? ''));
}

/** The steps that the script knows, read from the line that runs them. */
export function stepsOf(script) {
  const line = script.split('\n').find((each) => each.includes('"release_$step_name"'));
  return line.split(')')[0].split('|').map((word) => word.trim());
}
