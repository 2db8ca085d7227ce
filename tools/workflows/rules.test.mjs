// Each rule finds what breaks it, and finds nothing in what keeps to all of them. Run by `./dev test tools`.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { broken, stepsOf } from './rules.mjs';

const STEPS = ['linux', 'publish'];

/** A workflow that keeps to the rules, changed by `change`. */
function changed(change = () => {}) {
  const workflow = {
    permissions: {},
    env: { FOLDER: 'packages' },
    jobs: {
      build: {
        permissions: { contents: 'read' },
        'timeout-minutes': 5,
        environment: 'release',
        steps: [
          { uses: 'actions/checkout@v6', with: { 'persist-credentials': false } },
          { run: './dev release linux', env: { KEY: '${{ secrets.KEY }}' } },
        ],
      },
      draft: { permissions: { contents: 'write' }, 'timeout-minutes': 5, steps: [{ run: './dev release publish' }] },
    },
  };
  change(workflow, workflow.jobs.build);
  return broken(workflow, STEPS);
}

test('what keeps to every rule is content', () => assert.deepEqual(changed(), []));

const WRONG = [
  ['permissions of all jobs', (w) => { w.permissions = { contents: 'read' }; }, 'the workflow has permissions that a job may not need'],
  ['permissions that are left open', (w) => { delete w.permissions; }, 'the workflow has permissions that a job may not need'],
  ['a secret for all jobs', (w) => { w.env.KEY = '${{ secrets.KEY }}'; }, 'a secret is in the environment of every job'],
  ['a secret for all steps', (_, job) => { job.env = { KEY: '${{ secrets.KEY }}' }; }, 'build: has a secret in the environment of every step'],
  ['secrets that nobody guards', (_, job) => { delete job.environment; }, 'build: has secrets outside of the environment that is guarded'],
  ['a job that does not say what it may', (_, job) => { delete job.permissions; }, 'build: does not say what it may'],
  ['a job that may write', (_, job) => { job.permissions.contents = 'write'; }, 'build: may write contents'],
  ['a job without an end', (_, job) => { delete job['timeout-minutes']; }, 'build: has no end'],
  ["somebody else's action", (_, job) => { job.steps.push({ uses: 'somebody/release@v1' }); }, 'build: uses somebody/release@v1'],
  ['an action of no version', (_, job) => { job.steps.push({ uses: 'actions/setup-java@main' }); }, 'build: uses actions/setup-java@main'],
  ['credentials that stay', (_, job) => { delete job.steps[0].with; }, 'build: leaves the credentials in the clone'],
  ['a secret for an action', (_, job) => { job.steps[0].with.token = '${{ secrets.KEY }}'; }, 'build: hands a secret to an action'],
  ['an expression in a script', (_, job) => { job.steps[1].run = 'echo ${{ github.ref }}'; }, 'build: puts an expression into a script'],
  ['a script that prints itself', (_, job) => { job.steps[1].run = 'set -eux; true'; }, 'build: prints its commands'],
  ['a step that is not there', (_, job) => { job.steps[1].run = './dev release everything'; }, 'build: there is no ./dev release everything'],
];
for (const [name, change, sentence] of WRONG) {
  test(name, () => assert.deepEqual(changed(change), [sentence]));
}

test('the steps are read from the script that runs them', () => {
  assert.deepEqual(stepsOf('case "$step_name" in\n    version | prepare) "release_$step_name" "$@" ;;\n'), ['version', 'prepare']);
});
