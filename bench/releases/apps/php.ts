// A page in PHP, each step a document or a request to the session, which is in the files of its server alone.

import type { Application } from '../application.ts'
import { LATE } from '../application.ts'

export const PHP: Application = {
  name: 'PHP',
  packages: {},
  files: (release) => ({
    'public/index.php': `<?php
session_start();
$step = $_REQUEST['step'] ?? null;
if ($step === null) $_SESSION['went'] = 'open;';
elseif (isset($_SESSION['went'])) $_SESSION['went'] .= "$step;";
$went = $_SESSION['went'] ?? 'lost;';
if ($step === 'late') exit($went);
?><!doctype html>
<link rel="icon" href="data:,">
<script>window.went = '<?= $went ?>'</script>
<p id="release">${release}</p>
<a id="data" href="/?step=data">Data</a>
<form method="post" action="/"><button id="order" name="step" value="order">Order</button></form>
<button id="late">Late</button>
<script type="module">
const text = async () => (await fetch('/?step=late')).text()
late.onclick = () => import('/assets/late-${release}.js').then(text).then((went) => { window.went = went }, () => { window.went += 'failed;' })
</script>
`,
    [`public/assets/late-${release}.js`]: LATE(release),
    'sessions/.keep': '',
  }),
  start: (port) => [
    'php',
    '-dsession.save_path=../sessions',
    '-dsession.use_strict_mode=1',
    '-S',
    `127.0.0.1:${port}`,
    '-t',
    'public',
  ],
  says: 'nothing',
}
