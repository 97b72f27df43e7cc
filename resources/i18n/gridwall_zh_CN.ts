<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>Act</name>
    <message>
        <source>Proposed</source>
        <translation>系统上报</translation>
    </message>
    <message>
        <source>File</source>
        <translation>立案</translation>
    </message>
    <message>
        <source>Dispatch</source>
        <translation>派遣</translation>
    </message>
    <message>
        <source>Accept</source>
        <translation>接单</translation>
    </message>
    <message>
        <source>Arrive</source>
        <translation>到达现场</translation>
    </message>
    <message>
        <source>Report back</source>
        <translation>处置反馈</translation>
    </message>
    <message>
        <source>Verify</source>
        <translation>核查</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>结案</translation>
    </message>
    <message>
        <source>Void</source>
        <translation>作废</translation>
    </message>
    <message>
        <source>Return</source>
        <translation>回退</translation>
    </message>
    <message>
        <source>Extend</source>
        <translation>延期</translation>
    </message>
    <message>
        <source>Suspend</source>
        <translation>挂账</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>恢复</translation>
    </message>
    <message>
        <source>Supervise</source>
        <translation>督办</translation>
    </message>
    <message>
        <source>Urge</source>
        <translation>催办</translation>
    </message>
    <message>
        <source>Self-handled</source>
        <translation>自处置</translation>
    </message>
    <message>
        <source>Merge</source>
        <translation>合并</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>备注</translation>
    </message>
    <message>
        <source>Photo</source>
        <translation>照片</translation>
    </message>
    <message>
        <source>Hand over to another platform</source>
        <translation>移交其他平台</translation>
    </message>
    <message>
        <source>Word from another platform</source>
        <translation>其他平台来文</translation>
    </message>
    <message>
        <source>Amend</source>
        <translation>补正</translation>
    </message>
    <message>
        <source>Difficult</source>
        <translation>转疑难</translation>
    </message>
    <message>
        <source>Call back</source>
        <translation>回访</translation>
    </message>
    <message>
        <source>Demand that a hazard is put right</source>
        <translation>限期整改</translation>
    </message>
    <message>
        <source>Hazard put right</source>
        <translation>整改完成</translation>
    </message>
    <message>
        <source>Write the hazard off</source>
        <translation>隐患销账</translation>
    </message>
    <message>
        <source>Evidence added</source>
        <translation>补充证据</translation>
    </message>
    <message>
        <source>Joined by another case</source>
        <translation>并入案件</translation>
    </message>
    <message>
        <source>Alert cleared</source>
        <translation>报警解除</translation>
    </message>
    <message>
        <source>Send one more</source>
        <translation>增派</translation>
    </message>
    <message>
        <source>Let go</source>
        <translation>撤回增派</translation>
    </message>
    <message>
        <source>No answer</source>
        <translation>无应答</translation>
    </message>
    <message>
        <source>Does not get on</source>
        <translation>途中停滞</translation>
    </message>
    <message>
        <source>Inspect</source>
        <translation>核实</translation>
    </message>
    <message>
        <source>Request</source>
        <translation>申请</translation>
    </message>
    <message>
        <source>Approve</source>
        <translation>同意申请</translation>
    </message>
    <message>
        <source>Decline</source>
        <translation>驳回申请</translation>
    </message>
    <message>
        <source>End supervision</source>
        <translation>解除督办</translation>
    </message>
    <message>
        <source>Split</source>
        <translation>拆分</translation>
    </message>
    <message>
        <source>Consultation</source>
        <translation>会商</translation>
    </message>
    <message>
        <source>Joint call</source>
        <translation>吹哨报到</translation>
    </message>
    <message>
        <source>Fallback owner</source>
        <translation>兜底</translation>
    </message>
    <message>
        <source>Open again</source>
        <translation>重办</translation>
    </message>
    <message>
        <source>Imported</source>
        <translation>导入</translation>
    </message>
</context>
<context>
    <name>ActForm</name>
    <message>
        <source>Note</source>
        <translation>备注</translation>
    </message>
    <message>
        <source>Minutes (empty: the limit once more)</source>
        <translation>分钟数（不填则按原时限再延一次）</translation>
    </message>
    <message>
        <source>Days (empty: as the site says)</source>
        <translation>天数（空：按本单位规定）</translation>
    </message>
    <message>
        <source>Result</source>
        <translation>结果</translation>
    </message>
    <message>
        <source>Inspector</source>
        <translation>网格员</translation>
    </message>
    <message>
        <source>Into case</source>
        <translation>并入案件</translation>
    </message>
    <message>
        <source>Unit</source>
        <translation>处置单位</translation>
    </message>
    <message>
        <source>Units (with commas)</source>
        <translation>单位（用逗号分隔）</translation>
    </message>
    <message>
        <source>Item</source>
        <translation>事项</translation>
    </message>
    <message>
        <source>Priority</source>
        <translation>优先级</translation>
    </message>
    <message>
        <source>Title</source>
        <translation>标题</translation>
    </message>
    <message>
        <source>Title of the new case</source>
        <translation>新案件标题</translation>
    </message>
    <message>
        <source>Satisfaction</source>
        <translation>满意度</translation>
    </message>
    <message>
        <source>What is asked for</source>
        <translation>申请事项</translation>
    </message>
    <message>
        <source>Platform</source>
        <translation>平台</translation>
    </message>
    <message>
        <source>Picture (SHA-256; comes from the field page)</source>
        <translation>照片（SHA-256，由现场页面上传）</translation>
    </message>
    <message>
        <source>clerk</source>
        <translation>受理员</translation>
    </message>
    <message>
        <source>duty head</source>
        <translation>值班长</translation>
    </message>
    <message>
        <source>dispatcher</source>
        <translation>派遣员</translation>
    </message>
    <message>
        <source>department</source>
        <translation>专业部门</translation>
    </message>
    <message>
        <source>inspector</source>
        <translation>监督员</translation>
    </message>
    <message>
        <source>supervisor</source>
        <translation>督查员</translation>
    </message>
    <message>
        <source>very satisfied</source>
        <translation>非常满意</translation>
    </message>
    <message>
        <source>satisfied</source>
        <translation>满意</translation>
    </message>
    <message>
        <source>fair</source>
        <translation>一般</translation>
    </message>
    <message>
        <source>dissatisfied</source>
        <translation>不满意</translation>
    </message>
    <message>
        <source>very dissatisfied</source>
        <translation>非常不满意</translation>
    </message>
    <message>
        <source>as it should be</source>
        <translation>通过</translation>
    </message>
    <message>
        <source>not so (say why)</source>
        <translation>未通过（请说明）</translation>
    </message>
    <message>
        <source>Acts of the case</source>
        <translation>案件操作</translation>
    </message>
    <message>
        <source>Still to be entered: {0}</source>
        <translation>还需填写：{0}</translation>
    </message>
    <message>
        <source>A number is expected</source>
        <translation>请输入数字</translation>
    </message>
    <message>
        <source>Who may: {0}</source>
        <translation>可由：{0}</translation>
    </message>
</context>
<context>
    <name>Archive</name>
    <message>
        <source>Newest first</source>
        <extracomment>A question leaves this long after the last key.</extracomment>
        <translation>最新在前</translation>
    </message>
    <message>
        <source>Oldest first</source>
        <translation>最早在前</translation>
    </message>
    <message>
        <source>Most urgent first</source>
        <translation>最紧急在前</translation>
    </message>
    <message>
        <source>All cases</source>
        <translation>全部案件</translation>
    </message>
    <message>
        <source>Words of the title, or how the number begins</source>
        <translation>标题中的文字，或案件编号开头</translation>
    </message>
    <message>
        <source>Opened on</source>
        <translation>立案日期</translation>
    </message>
    <message>
        <source>Ask again</source>
        <translation>重新查询</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>打开</translation>
    </message>
    <message>
        <source>Every kind</source>
        <translation>全部类型</translation>
    </message>
    <message>
        <source>Every state</source>
        <translation>全部状态</translation>
    </message>
    <message>
        <source>Every street</source>
        <translation>全部街道</translation>
    </message>
    <message>
        <source>The hub did not give the list: {0}</source>
        <translation>中心未返回列表：{0}</translation>
    </message>
    <message>
        <source>Searching…</source>
        <translation>正在查询…</translation>
    </message>
    <message>
        <source>{0} shown, and there are more: narrow it down, or choose a day</source>
        <translation>已显示 {0} 件，还有更多：请缩小范围或选择日期</translation>
    </message>
    <message>
        <source>{0} cases</source>
        <translation>共 {0} 件</translation>
    </message>
    <message>
        <source>{0} so far; more as you scroll</source>
        <translation>已读取 {0} 件，向下滚动继续</translation>
    </message>
</context>
<context>
    <name>Attention</name>
    <message>
        <source>Muted for {0}. Priority 1 still sounds.</source>
        <translation>已静音 {0}，一级告警仍会响。</translation>
    </message>
    <message>
        <source>{0}: {1} has not acknowledged it for {2}</source>
        <translation>{0}：{1} 已 {2} 未确认</translation>
    </message>
    <message>
        <source> — {0} is asked</source>
        <translation>，请 {0} 处置</translation>
    </message>
    <message>
        <source>This seat has no sound player: alarms ring the system&apos;s bell.</source>
        <translation>本席位没有可用的播放器，告警改用系统提示音。</translation>
    </message>
</context>
<context>
    <name>Batch</name>
    <message>
        <source>The act before is still on its way.</source>
        <translation>上一次批量操作尚未完成。</translation>
    </message>
    <message>
        <source>This is done case by case: Esc takes the marks away.</source>
        <translation>此操作须逐件进行：按 Esc 取消勾选。</translation>
    </message>
    <message>
        <source>{0} marked cases</source>
        <extracomment>Different reasons told of a batch&apos;s refusals; the case itself tells the rest.</extracomment>
        <translation>已勾选的 {0} 件案件</translation>
    </message>
    <message>
        <source>{0}: {1} cases</source>
        <translation>{0}：{1} 件</translation>
    </message>
</context>
<context>
    <name>Board</name>
    <message>
        <source>elsewhere</source>
        <translation>其他区域</translation>
    </message>
    <message>
        <source>no unit yet</source>
        <translation>未定单位</translation>
    </message>
    <message>
        <source>counted {0}</source>
        <translation>统计于 {0}</translation>
    </message>
    <message>
        <source>cases today</source>
        <translation>今日案件</translation>
    </message>
    <message>
        <source>open now</source>
        <translation>当前在办</translation>
    </message>
    <message>
        <source>late now</source>
        <translation>当前超期</translation>
    </message>
    <message>
        <source>Last 24 hours: opened (blue) and closed (green)</source>
        <translation>近 24 小时：立件（蓝）与结案（绿）</translation>
    </message>
    <message>
        <source>By state</source>
        <translation>按状态</translation>
    </message>
    <message>
        <source>By kind</source>
        <translation>按类型</translation>
    </message>
    <message>
        <source>By subdistrict</source>
        <translation>按街道</translation>
    </message>
    <message>
        <source>By unit</source>
        <translation>按责任单位</translation>
    </message>
    <message>
        <source>No case yet</source>
        <translation>暂无案件</translation>
    </message>
</context>
<context>
    <name>Calibration</name>
    <message>
        <source>Ground of {0}</source>
        <translation>{0} 的地面标定</translation>
    </message>
    <message>
        <source>Remove pair</source>
        <translation>删除点对</translation>
    </message>
    <message>
        <source>Point {0}: now click the same spot on the map.</source>
        <translation>点 {0}：请在地图上点击同一位置。</translation>
    </message>
    <message>
        <source>Point {0}: now click the same spot in the picture.</source>
        <translation>点 {0}：请在画面中点击同一位置。</translation>
    </message>
    <message>
        <source>{0} more pairs are needed.</source>
        <translation>还需要 {0} 对点。</translation>
    </message>
    <message>
        <source>Click a spot on the ground in the picture, then the same spot on the map: kerb corners, markings, manhole covers, far apart. Keys: , . point · arrows move</source>
        <translation>在画面中点击地面上的一点，再在地图上点击同一位置：路缘拐角、标线、井盖，彼此尽量分散。按键：, . 选点 · 方向键微调</translation>
    </message>
    <message>
        <source>Under the pointer: ± {0} m</source>
        <translation>光标处误差 ± {0} 米</translation>
    </message>
    <message>
        <source>The pairs agree to {0} m.</source>
        <translation>各点对吻合误差 {0} 米。</translation>
    </message>
    <message>
        <source>Four pairs always agree: a fifth shows how good they are.</source>
        <translation>四对点必然吻合：第五对才能看出精度。</translation>
    </message>
    <message>
        <source>half</source>
        <translation>未配对</translation>
    </message>
    <message>
        <source>Ground saved: alerts get their place by it.</source>
        <translation>标定已保存，告警位置据此计算。</translation>
    </message>
</context>
<context>
    <name>Cameras</name>
    <message>
        <source>Not assigned</source>
        <translation>未归属</translation>
    </message>
    <message>
        <source>The tile is pinned: unpin it first</source>
        <translation>该窗格已锁定，请先解锁</translation>
    </message>
    <message>
        <source>Number, name, pinyin initials or place</source>
        <translation>点位号、名称、拼音首字母或地点</translation>
    </message>
    <message>
        <source>By owner</source>
        <translation>按单位</translation>
    </message>
    <message>
        <source>By area</source>
        <translation>按网格</translation>
    </message>
    <message>
        <source>To the empty tiles</source>
        <translation>填入空窗格</translation>
    </message>
    <message>
        <source>This branch, or all that was found, to the empty tiles (Ctrl+Enter)</source>
        <translation>把该分组或全部搜索结果填入空窗格（Ctrl+Enter）</translation>
    </message>
    <message>
        <source>{0} cameras</source>
        <translation>{0} 个点位</translation>
    </message>
    <message>
        <source>{0} cameras came to empty tiles; {1} tiles are empty.</source>
        <translation>已有 {0} 路摄像机填入空窗格；剩余空窗格 {1} 个。</translation>
    </message>
    <message>
        <source>No picture kept yet: show the camera once</source>
        <translation>尚无留存画面，调看一次后即有</translation>
    </message>
    <message>
        <source>picture of now, from the wall</source>
        <translation>当前画面，取自大屏</translation>
    </message>
    <message>
        <source>picture {0} old</source>
        <translation>画面为 {0} 前</translation>
    </message>
    <message>
        <source>Enter calls a camera to the selected tile; or drag it there</source>
        <translation>回车调到选中窗格，或直接拖入</translation>
    </message>
    <message>
        <source>lost</source>
        <translation>中断</translation>
    </message>
    <message>
        <source>picture is old</source>
        <translation>画面滞后</translation>
    </message>
    <message>
        <source>live</source>
        <translation>实时</translation>
    </message>
    <message>
        <source>not open</source>
        <translation>未打开</translation>
    </message>
    <message>
        <source>switched off</source>
        <translation>已停用</translation>
    </message>
    <message>
        <source>in maintenance</source>
        <translation>检修中</translation>
    </message>
</context>
<context>
    <name>Case</name>
    <message>
        <source>Smoke</source>
        <translation>烟雾</translation>
    </message>
    <message>
        <source>Fire</source>
        <translation>明火</translation>
    </message>
    <message>
        <source>Illegal parking</source>
        <translation>违停</translation>
    </message>
    <message>
        <source>Street stall</source>
        <translation>占道经营</translation>
    </message>
    <message>
        <source>Cycles parked in the way</source>
        <translation>非机动车乱停放</translation>
    </message>
    <message>
        <source>Crowd</source>
        <translation>人员聚集</translation>
    </message>
    <message>
        <source>Citizen&apos;s report</source>
        <translation>市民诉求</translation>
    </message>
    <message>
        <source>Entered by hand</source>
        <translation>人工录入</translation>
    </message>
    <message>
        <source>Proposed</source>
        <translation>待立案</translation>
    </message>
    <message>
        <source>Filed</source>
        <translation>待派遣</translation>
    </message>
    <message>
        <source>Dispatched</source>
        <translation>已派遣</translation>
    </message>
    <message>
        <source>Handling</source>
        <translation>处置中</translation>
    </message>
    <message>
        <source>To verify</source>
        <translation>待核查</translation>
    </message>
    <message>
        <source>Closed</source>
        <translation>已结案</translation>
    </message>
    <message>
        <source>Void</source>
        <translation>已作废</translation>
    </message>
    <message>
        <source>Suspended</source>
        <translation>挂账</translation>
    </message>
    <message>
        <source>late</source>
        <translation>超期</translation>
    </message>
    <message>
        <source>nearly due</source>
        <translation>临期</translation>
    </message>
    <message>
        <source>in time</source>
        <translation>正常</translation>
    </message>
    <message>
        <source>no limit</source>
        <translation>无时限</translation>
    </message>
    <message>
        <source>Case</source>
        <translation>案件</translation>
    </message>
    <message>
        <source>{0} left</source>
        <translation>剩余 {0}</translation>
    </message>
    <message>
        <source>{0} late</source>
        <translation>超期 {0}</translation>
    </message>
</context>
<context>
    <name>CaseView</name>
    <message>
        <source>{0} is on it.</source>
        <translation>已派 {0} 处置。</translation>
    </message>
    <message>
        <source>{0} more, further away</source>
        <translation>另有 {0} 人，距离更远</translation>
    </message>
    <message>
        <source>Nobody is near with a fresh position.</source>
        <translation>附近没有定位有效的网格员。</translation>
    </message>
    <message>
        <source>Send</source>
        <translation>派遣</translation>
    </message>
    <message>
        <source>{0} away</source>
        <translation>约 {0}到</translation>
    </message>
    <message>
        <source>No case is open.
Choose one in the queue (Enter) or on the map: its picture, its place and the nearest inspectors come together.</source>
        <extracomment>Height of the evidence by the pane&apos;s width, and at most this share of the pane&apos;s height. Between two characters no line is broken: a name stays whole. Cases that may be the same are told up to this many. Which other seat has the case open. Open cases that may be the same matter. What was learned from closed cases. What went to other platforms and came from them. What must be put right before it is closed.</extracomment>
        <translation>尚未打开案件。
在队列中选择一件（回车）或在地图上点选：画面、位置和最近的网格员随即联动。</translation>
    </message>
    <message>
        <source>Whom to send</source>
        <translation>派遣建议</translation>
    </message>
    <message>
        <source>What happened</source>
        <translation>办理过程</translation>
    </message>
    <message>
        <source>{0} is working on this case, too</source>
        <translation>{0} 正在处理此案件</translation>
    </message>
    <message>
        <source>Perhaps the same: {0}. {1}: merge</source>
        <translation>可能重复：{0}。{1}：合并</translation>
    </message>
    <message>
        <source>Reading…</source>
        <translation>正在读取…</translation>
    </message>
    <message>
        <source>the system</source>
        <translation>系统</translation>
    </message>
    <message>
        <source>{0} does not answer. Send somebody else:</source>
        <translation>{0} 未应答，请改派：</translation>
    </message>
    <message>
        <source>{0} does not get on. Send somebody else:</source>
        <translation>{0} 途中停滞，请改派：</translation>
    </message>
    <message>
        <source>, </source>
        <translation>、</translation>
    </message>
    <message>
        <source>{0} is on it, with {1}.</source>
        <translation>{0} 正在处置，增派：{1}。</translation>
    </message>
</context>
<context>
    <name>Commands</name>
    <message>
        <source>Something went wrong inside the console: {0}</source>
        <translation>席位程序内部出错：{0}</translation>
    </message>
    <message>
        <source>No camera has the number {0}.</source>
        <translation>没有编号为 {0} 的点位。</translation>
    </message>
    <message>
        <source>Open a case first: Enter.</source>
        <translation>请先打开案件（Enter）。</translation>
    </message>
    <message>
        <source>There is nothing learned to take over here.</source>
        <translation>这里没有可采用的学习建议。</translation>
    </message>
    <message>
        <source>Taken back: {0} was not sent.</source>
        <translation>已撤回：{0} 未派出。</translation>
    </message>
    <message>
        <source>{0}: {1}</source>
        <translation>{0}：{1}</translation>
    </message>
    <message>
        <source>The hub&apos;s disk has {0} MB left; below {1} MB no evidence is taken.</source>
        <translation>中心磁盘仅剩 {0} MB；低于 {1} MB 将不再接收证据。</translation>
    </message>
    <message>
        <source>{0} was refused: {1}</source>
        <translation>{0}未成功：{1}</translation>
    </message>
    <message>
        <source>Select a tile with a camera first: there is nothing to zoom.</source>
        <translation>请先选中有画面的窗格：当前没有可放大的画面。</translation>
    </message>
    <message>
        <source>Select a tile with a camera first: there is nothing to replay.</source>
        <translation>请先选中有画面的窗格：当前没有可回放的画面。</translation>
    </message>
    <message>
        <source>{0} replays are open already: take one back to live first.</source>
        <translation>已同时打开 {0} 路回放：请先将其中一路恢复实时。</translation>
    </message>
</context>
<context>
    <name>Compositor</name>
    <message>
        <source>The wall is painted without the graphics device from now on: {0}</source>
        <translation>电视墙已改为不使用显卡绘制：{0}</translation>
    </message>
    <message>
        <source>there is no OpenGL here</source>
        <translation>本机没有可用的 OpenGL</translation>
    </message>
    <message>
        <source>{0} has too old an OpenGL</source>
        <translation>{0} 的 OpenGL 版本过低</translation>
    </message>
</context>
<context>
    <name>Device</name>
    <message>
        <source>good</source>
        <translation>正常</translation>
    </message>
    <message>
        <source>late</source>
        <translation>迟到</translation>
    </message>
    <message>
        <source>twice</source>
        <translation>重复</translation>
    </message>
    <message>
        <source>in the future</source>
        <translation>时间超前</translation>
    </message>
    <message>
        <source>no fix</source>
        <translation>无定位</translation>
    </message>
    <message>
        <source>jump</source>
        <translation>跳点</translation>
    </message>
</context>
<context>
    <name>Discover</name>
    <message>
        <source>Add cameras from the network</source>
        <translation>从网络添加点位</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>搜索</translation>
    </message>
    <message>
        <source>Add the picked cameras</source>
        <translation>添加所选点位</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>地址</translation>
    </message>
    <message>
        <source>Id</source>
        <translation>编号</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>型号</translation>
    </message>
    <message>
        <source>Main stream</source>
        <translation>主码流</translation>
    </message>
    <message>
        <source>Sub-stream</source>
        <translation>子码流</translation>
    </message>
    <message>
        <source>PTZ</source>
        <translation>云台</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>The hub searches its own networks. Write the names of the environment variables that hold the cameras&apos; user and password where the hub runs; the register refers to them.</source>
        <translation>由中心服务在其所在网络中搜索。请填写中心服务所在主机上保存摄像机用户名和密码的环境变量名，登记表只引用变量名，不保存密码。</translation>
    </message>
    <message>
        <source>Variable of the user</source>
        <translation>用户名变量</translation>
    </message>
    <message>
        <source>Variable of the password</source>
        <translation>密码变量</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Searching… cameras have a few seconds to answer.</source>
        <translation>正在搜索…摄像机需几秒应答。</translation>
    </message>
    <message>
        <source>{0} cameras answered.</source>
        <translation>{0} 台摄像机已应答。</translation>
    </message>
    <message>
        <source>No camera answered: is ONVIF switched on, and the hub on their network?</source>
        <translation>没有摄像机应答：请检查摄像机是否启用 ONVIF、中心服务是否在同一网络。</translation>
    </message>
    <message>
        <source>yes</source>
        <translation>有</translation>
    </message>
    <message>
        <source>no</source>
        <translation>无</translation>
    </message>
    <message>
        <source>{0} cameras are in the register now.</source>
        <translation>已登记 {0} 个点位。</translation>
    </message>
    <message>
        <source>Pick a camera in the first column.</source>
        <translation>请在第一列勾选摄像机。</translation>
    </message>
    <message>
        <source>in the register</source>
        <translation>已登记</translation>
    </message>
    <message>
        <source>it refuses this user name or password</source>
        <translation>用户名或密码不正确</translation>
    </message>
    <message>
        <source>it has no stream</source>
        <translation>没有视频流</translation>
    </message>
    <message>
        <source>new</source>
        <translation>新发现</translation>
    </message>
</context>
<context>
    <name>Editor</name>
    <message>
        <source>Select a tile of the wall first</source>
        <translation>请先选中墙上的一个窗格</translation>
    </message>
    <message>
        <source>The window was cut by something else: editing ended</source>
        <translation>窗口布局已被其他操作改变，编辑结束</translation>
    </message>
    <message>
        <source>The tile is too small to be split</source>
        <translation>窗格太小，不能再拆分</translation>
    </message>
    <message>
        <source>A window has 64 tiles at most</source>
        <translation>一个窗口最多 64 个窗格</translation>
    </message>
    <message>
        <source>Only tiles that form a rectangle together can be merged</source>
        <translation>所选窗格拼起来是矩形才能合并</translation>
    </message>
    <message>
        <source>Select two or more tiles to merge them</source>
        <translation>选中两个以上窗格才能合并</translation>
    </message>
    <message>
        <source>This layout cannot be cut any finer</source>
        <translation>此布局不能再细分</translation>
    </message>
    <message>
        <source>Nothing to undo yet</source>
        <translation>还没有可撤销的步骤</translation>
    </message>
    <message>
        <source>Drag a gap to move it · double click splits · Shift+arrows select · Ctrl+arrows move an edge</source>
        <translation>拖动缝隙调整大小 · 双击拆分 · Shift+方向键多选 · Ctrl+方向键移动边线</translation>
    </message>
    <message>
        <source>Split left | right</source>
        <translation>左右拆分</translation>
    </message>
    <message>
        <source>Split top / bottom</source>
        <translation>上下拆分</translation>
    </message>
    <message>
        <source>Merge</source>
        <translation>合并</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>Again</source>
        <translation>重做</translation>
    </message>
    <message>
        <source>Saving…</source>
        <translation>正在保存…</translation>
    </message>
    <message>
        <source>The changes are not saved. Esc again leaves without them.</source>
        <translation>修改尚未保存，再按 Esc 放弃并离开。</translation>
    </message>
    <message>
        <source>Save as…</source>
        <translation>另存为…</translation>
    </message>
    <message>
        <source>Discard</source>
        <translation>放弃</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>完成</translation>
    </message>
    <message>
        <source>Select a tile with a camera first: this is about its picture.</source>
        <translation>请先选中有摄像机的画面。</translation>
    </message>
</context>
<context>
    <name>Escort</name>
    <message>
        <source>Following {0} on the selected tile (W ends)</source>
        <translation>选中画面正在伴随 {0}（W 结束）</translation>
    </message>
    <message>
        <source>{0}: now on {1}</source>
        <translation>{0}：已切到 {1}</translation>
    </message>
    <message>
        <source>{0} is out of sight; the last camera stays</source>
        <translation>{0} 已离开视野，保留最后画面</translation>
    </message>
    <message>
        <source>No position of {0} for a minute</source>
        <translation>{0} 已一分钟无定位</translation>
    </message>
    <message>
        <source>{0} is not followed any more</source>
        <translation>已结束伴随 {0}</translation>
    </message>
    <message>
        <source>The tile was taken over: {0} is not followed any more</source>
        <translation>画面被占用：已结束伴随 {0}</translation>
    </message>
    <message>
        <source>Select an inspector on the map, or a case with one, and a tile first.</source>
        <translation>请先在地图上选中网格员（或有承办人的案件）和一个画面。</translation>
    </message>
    <message>
        <source>{0} cannot be followed here: no position, or the tile is pinned.</source>
        <translation>无法在此伴随 {0}：无定位，或画面已锁定。</translation>
    </message>
</context>
<context>
    <name>Evidence</name>
    <message>
        <source>Picture</source>
        <translation>全景</translation>
    </message>
    <message>
        <source>Close-up</source>
        <translation>特写</translation>
    </message>
    <message>
        <source>Clip</source>
        <translation>录像</translation>
    </message>
    <message>
        <source>Play the clip in the selected tile</source>
        <translation>在选中的窗格播放录像</translation>
    </message>
    <message>
        <source>No picture with this case</source>
        <translation>本案没有图片</translation>
    </message>
    <message>
        <source>The picture cannot be fetched:
{0}</source>
        <translation>图片无法读取：
{0}</translation>
    </message>
    <message>
        <source>Fetching the picture…</source>
        <translation>正在读取图片…</translation>
    </message>
    <message>
        <source>Clip · {0}</source>
        <extracomment>Lights and ages move with this. The header&apos;s numbers are asked for every so many ticks. Who could go to the open case is read again this often: people move.</extracomment>
        <translation>录像 · {0}</translation>
    </message>
    <message>
        <source>Found</source>
        <translation>发现</translation>
    </message>
    <message>
        <source>Before</source>
        <translation>处置前</translation>
    </message>
    <message>
        <source>After</source>
        <translation>处置后</translation>
    </message>
</context>
<context>
    <name>Exchange</name>
    <message>
        <source>handed over</source>
        <translation>已移交</translation>
    </message>
    <message>
        <source>urged</source>
        <translation>已催办</translation>
    </message>
    <message>
        <source>sent back for rework</source>
        <translation>退回重办</translation>
    </message>
    <message>
        <source>withdrawn</source>
        <translation>已撤回</translation>
    </message>
    <message>
        <source>settled</source>
        <translation>已办结告知</translation>
    </message>
    <message>
        <source>progress</source>
        <translation>办理进展</translation>
    </message>
    <message>
        <source>closed there</source>
        <translation>对方已结案</translation>
    </message>
    <message>
        <source>declined</source>
        <translation>对方不受理</translation>
    </message>
    <message>
        <source>no receipt yet</source>
        <translation>尚无回执</translation>
    </message>
    <message>
        <source>receipt: accepted</source>
        <translation>回执：已接收</translation>
    </message>
    <message>
        <source>receipt: refused</source>
        <translation>回执：已拒收</translation>
    </message>
    <message>
        <source>no receipt in time</source>
        <translation>逾期无回执</translation>
    </message>
    <message>
        <source>, {0} tries</source>
        <translation>，已试 {0} 次</translation>
    </message>
</context>
<context>
    <name>Export</name>
    <message>
        <source>Export a clip</source>
        <translation>导出录像</translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation>选择…</translation>
    </message>
    <message>
        <source>Span</source>
        <translation>时段</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>文件夹</translation>
    </message>
    <message>
        <source>None: as received</source>
        <translation>无：原样导出</translation>
    </message>
    <message>
        <source>Visible: camera, time, who exported</source>
        <translation>可见水印：点位、时间、导出人</translation>
    </message>
    <message>
        <source>Both: as received, and a marked copy</source>
        <translation>两者都要：原样一份，带水印一份</translation>
    </message>
    <message>
        <source>As received, nothing transcoded. A manifest with SHA-256 is written beside it; “gridwall verify” checks it.</source>
        <translation>按接收的原始码流保存，不转码。同时生成含 SHA-256 校验值的清单，可用 “gridwall verify” 核验。</translation>
    </message>
    <message>
        <source>The marked file is encoded again at high quality; the manifest says so and names the SHA-256 of what was received. Snapshots (S) are marked too.</source>
        <translation>带水印的文件会以高质量重新编码；清单中会注明，并记录原始码流的 SHA-256。抓拍（S）同样加水印。</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>导出</translation>
    </message>
    <message>
        <source>Watermark</source>
        <translation>水印</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>返回</translation>
    </message>
    <message>
        <source>A whole path is needed, from the root on.</source>
        <translation>请填写从根目录开始的完整路径。</translation>
    </message>
    <message>
        <source>Folder for exports</source>
        <translation>导出文件夹</translation>
    </message>
    <message>
        <source>The last {0}</source>
        <translation>最近 {0}</translation>
    </message>
    <message>
        <source>What is marked ({0})</source>
        <translation>标记的时段（{0}）</translation>
    </message>
    <message>
        <source>All that the replay reaches ({0})</source>
        <translation>回放的全部时段（{0}）</translation>
    </message>
    <message>
        <source>Select a tile with a camera first: there is nothing to export.</source>
        <translation>请先选中有画面的窗格：当前没有可导出的画面。</translation>
    </message>
    <message>
        <source>Exported at seat {0}</source>
        <translation>导出席位：{0}</translation>
    </message>
    <message>
        <source>Exported by {0} at seat {1}</source>
        <translation>导出人：{0}，席位：{1}</translation>
    </message>
    <message>
        <source>Writing {0}…</source>
        <translation>正在写入：{0}…</translation>
    </message>
    <message>
        <source>Watermark: {0} % (E shows it and can end it)</source>
        <translation>加水印 {0} %（按 E 查看或取消）</translation>
    </message>
    <message>
        <source>Written and sealed: {0}</source>
        <translation>已保存并生成校验清单：{0}</translation>
    </message>
    <message>
        <source>The export was cancelled: nothing stays.</source>
        <translation>导出已取消，未留下任何文件。</translation>
    </message>
    <message>
        <source>The disk of {0} is full: nothing was exported. Free space or choose another folder.</source>
        <translation>{0} 所在磁盘已满，未导出。请清理空间或另选文件夹。</translation>
    </message>
    <message>
        <source>{0} cannot be written to: nothing was exported. Choose another folder (E).</source>
        <translation>{0} 无法写入，未导出。请另选文件夹（E）。</translation>
    </message>
    <message>
        <source>No picture of that time is kept: nothing was exported. Choose a later span.</source>
        <translation>该时段的画面已不在缓存中，未导出。请选择较近的时段。</translation>
    </message>
    <message>
        <source>Nothing was exported: {0}</source>
        <translation>未导出：{0}</translation>
    </message>
    <message>
        <source>Export at work</source>
        <extracomment>ask for one more, which waits</extracomment>
        <translation>正在导出</translation>
    </message>
    <message>
        <source>Watermark on {0}</source>
        <translation>正在为 {0} 加水印</translation>
    </message>
    <message>
        <source>Let it go on</source>
        <translation>继续导出</translation>
    </message>
    <message>
        <source>Another clip…</source>
        <translation>再导出一段…</translation>
    </message>
    <message>
        <source>Cancel the export</source>
        <translation>取消导出</translation>
    </message>
</context>
<context>
    <name>Fence</name>
    <message>
        <source>Set the corners, then F keeps the area as a fence.</source>
        <translation>依次设定各角，按 F 将该区域存为围栏。</translation>
    </message>
    <message>
        <source>Keep as a fence</source>
        <translation>存为围栏</translation>
    </message>
    <message>
        <source>Fence “{0}” kept: who enters or leaves is told.</source>
        <translation>围栏“{0}”已保存：人员进出会有提示。</translation>
    </message>
    <message>
        <source>Fence “{0}” removed.</source>
        <translation>围栏“{0}”已删除。</translation>
    </message>
    <message>
        <source>Rename fence</source>
        <translation>重命名围栏</translation>
    </message>
    <message>
        <source>Another fence has this name, too</source>
        <translation>已有同名围栏</translation>
    </message>
    <message>
        <source>{0} entered {1}</source>
        <translation>{0} 进入 {1}</translation>
    </message>
    <message>
        <source>{0} left {1}</source>
        <translation>{0} 离开 {1}</translation>
    </message>
    <message>
        <source>On the map</source>
        <translation>在地图上查看</translation>
    </message>
    <message>
        <source>Watch otherwise</source>
        <translation>更改提示方式</translation>
    </message>
    <message>
        <source>Rename…</source>
        <translation>重命名…</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>删除</translation>
    </message>
    <message>
        <source>Draw one…</source>
        <translation>绘制…</translation>
    </message>
    <message>
        <source>entering</source>
        <translation>进入时</translation>
    </message>
    <message>
        <source>leaving</source>
        <translation>离开时</translation>
    </message>
    <message>
        <source>entering and leaving</source>
        <translation>进出均提示</translation>
    </message>
    <message>
        <source>Fences</source>
        <translation>电子围栏</translation>
    </message>
    <message>
        <source>Fence</source>
        <translation>围栏</translation>
    </message>
    <message>
        <source>Told</source>
        <translation>提示</translation>
    </message>
    <message>
        <source>Hours</source>
        <translation>时段</translation>
    </message>
    <message>
        <source>Inside now</source>
        <translation>当前在内</translation>
    </message>
    <message>
        <source>No fence yet: draw one on the map.</source>
        <translation>暂无围栏：在地图上绘制。</translation>
    </message>
    <message>
        <source>There is no fence yet: draw one first</source>
        <translation>暂无围栏，请先绘制</translation>
    </message>
</context>
<context>
    <name>Filter</name>
    <message>
        <source>Which cases</source>
        <translation>显示哪些案件</translation>
    </message>
    <message>
        <source>Name to keep it under</source>
        <translation>保存名称</translation>
    </message>
    <message>
        <source>Only these ask for attention at this seat (and priority 1)</source>
        <translation>本席只提示这些案件（一级案件始终提示）</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>删除</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>显示</translation>
    </message>
    <message>
        <source>All cases</source>
        <translation>全部案件</translation>
    </message>
    <message>
        <source>Kept</source>
        <translation>已存</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>类型</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>Street</source>
        <translation>街道</translation>
    </message>
</context>
<context>
    <name>Finding</name>
    <message>
        <source>seen for {seen_s} s, limit {limit_s} s</source>
        <translation>已持续 {seen_s} 秒，时限 {limit_s} 秒</translation>
    </message>
    <message>
        <source>standing for {dwell_s} s, limit {limit_s} s</source>
        <translation>已停留 {dwell_s} 秒，时限 {limit_s} 秒</translation>
    </message>
    <message>
        <source>stood there before watching began, {dwell_s} s or more</source>
        <translation>监看前已在此处，至少 {dwell_s} 秒</translation>
    </message>
    <message>
        <source>{who} has not answered for {lasted_s} s; next: {next}</source>
        <translation>{who} 已 {lasted_s} 秒未应答；下一人选：{next}</translation>
    </message>
    <message>
        <source>getting denser</source>
        <translation>仍在聚集</translation>
    </message>
    <message>
        <source>as dense as before</source>
        <translation>密度持平</translation>
    </message>
    <message>
        <source>getting thinner</source>
        <translation>正在散开</translation>
    </message>
    <message>
        <source>denser than allowed ({level}× the limit), {trend}, limit {limit_s} s</source>
        <translation>密度超过上限（约为上限的{level}倍），{trend}，时限{limit_s}秒</translation>
    </message>
    <message>
        <source>{who} does not get on since {lasted_s} s; next: {next}</source>
        <translation>{who} 已 {lasted_s} 秒未前进；下一人选：{next}</translation>
    </message>
    <message>
        <source>by position, {metres} m from the place</source>
        <translation>按定位判定到达，距现场 {metres} 米</translation>
    </message>
    <message>
        <source>{rejected_here} like it were rejected here, last at {rejected_last}</source>
        <translation>此处同类已有{rejected_here}次判为误报，最近{rejected_last}</translation>
    </message>
</context>
<context>
    <name>Frozen</name>
    <message>
        <source>Picture frozen since {0}</source>
        <extracomment>Type by the window&apos;s height, within bounds; readable at four metres on a wall.</extracomment>
        <translation>画面自 {0} 起冻结</translation>
    </message>
    <message>
        <source>The console has not answered for {0}. What was shown here is old.</source>
        <translation>本席位程序已 {0} 无响应，此处原有内容已过时。</translation>
    </message>
</context>
<context>
    <name>Hazard</name>
    <message>
        <source>Closed only once a hazard was put right and written off</source>
        <translation>须隐患整改并销账后方可结案</translation>
    </message>
    <message>
        <source>Hazard written off: {0}</source>
        <translation>隐患已销账：{0}</translation>
    </message>
    <message>
        <source>Hazard put right, to be looked at: {0}</source>
        <translation>整改已反馈，待复查销账：{0}</translation>
    </message>
    <message>
        <source>Hazard not put right since {0}: {1}</source>
        <translation>整改逾期（应于 {0} 前）：{1}</translation>
    </message>
    <message>
        <source>Hazard until {0}: {1}</source>
        <translation>限 {0} 前整改：{1}</translation>
    </message>
</context>
<context>
    <name>Header</name>
    <message>
        <source>Search  Ctrl+K</source>
        <translation>搜索  Ctrl+K</translation>
    </message>
    <message>
        <source>Any camera, case, inspector or command, by number, name or pinyin</source>
        <translation>点位、案件、网格员、命令均可搜索：编号、名称、拼音首字母</translation>
    </message>
    <message>
        <source>中文</source>
        <translation>English</translation>
    </message>
    <message>
        <source>Switch the language (Ctrl+L)</source>
        <translation>切换语言（Ctrl+L）</translation>
    </message>
    <message>
        <source>All keys</source>
        <translation>全部快捷键</translation>
    </message>
    <message>
        <source>Local time, {0}</source>
        <translation>本地时间 {0}</translation>
    </message>
    <message>
        <source>today {0}</source>
        <translation>今日 {0}</translation>
    </message>
    <message>
        <source>open {0}</source>
        <translation>在办 {0}</translation>
    </message>
    <message>
        <source>late {0}</source>
        <translation>超期 {0}</translation>
    </message>
    <message>
        <source>Show these cases in the queue</source>
        <translation>在队列中只看这些案件</translation>
    </message>
    <message>
        <source>{0} cams lost</source>
        <translation>{0} 路离线</translation>
    </message>
    <message>
        <source>live</source>
        <translation>实时</translation>
    </message>
    <message>
        <source>connecting {0}</source>
        <translation>连接中 {0}</translation>
    </message>
    <message>
        <source>catching up</source>
        <translation>同步中</translation>
    </message>
    <message>
        <source>stale for {0}</source>
        <translation>已中断 {0}</translation>
    </message>
    <message>
        <source>stopped</source>
        <translation>已停止</translation>
    </message>
    <message>
        <source>The feed stopped: {0}. Cases and positions are old.</source>
        <translation>消息流已停止：{0}。案件和位置不是最新。</translation>
    </message>
    <message>
        <source>The hub has been silent for {0}: cases and positions are as they were then. Pictures are live. Acts wait until it is back.</source>
        <translation>中心服务已 {0} 无响应：案件和位置停留在当时，视频仍为实时，恢复后方可办理。</translation>
    </message>
    <message>
        <source>{0} alarms wait for a tile</source>
        <translation>{0} 起告警待上屏</translation>
    </message>
    <message>
        <source>Their region of the wall is full, pinned or in use: Space acknowledges</source>
        <translation>告警区已满、被锁定或正在使用；按空格确认后腾出</translation>
    </message>
    <message>
        <source>Which cameras, since when and why (L)</source>
        <translation>哪些点位、何时起、什么原因（L）</translation>
    </message>
    <message>
        <source>Hand the seat over (Ctrl+Shift+L)</source>
        <translation>席位交接（Ctrl+Shift+L）</translation>
    </message>
    <message>
        <source>muted {0}</source>
        <translation>静音 {0}</translation>
    </message>
    <message>
        <source>Priority 1 still sounds; M ends the mute</source>
        <translation>一级告警仍会响；按 M 结束静音</translation>
    </message>
</context>
<context>
    <name>Hold</name>
    <message>
        <source>{0} is sent in {1} s — Esc takes it back</source>
        <translation>{1} 秒后派遣 {0} — Esc 撤回</translation>
    </message>
</context>
<context>
    <name>Keys</name>
    <message>
        <source>Open the case</source>
        <translation>打开案件</translation>
    </message>
    <message>
        <source>File the case</source>
        <translation>立案</translation>
    </message>
    <message>
        <source>Dispatch the first candidate (5 s to take it back)</source>
        <translation>派遣第一人选（5 秒内可撤回）</translation>
    </message>
    <message>
        <source>Acknowledge the alert</source>
        <translation>确认报警</translation>
    </message>
    <message>
        <source>Verified: the matter is dealt with</source>
        <translation>核查通过</translation>
    </message>
    <message>
        <source>Close the case</source>
        <translation>结案</translation>
    </message>
    <message>
        <source>Void the case (asks why)</source>
        <translation>作废（须填原因）</translation>
    </message>
    <message>
        <source>All acts of the case, and why not</source>
        <translation>案件全部操作及不可操作原因</translation>
    </message>
    <message>
        <source>Take over what was learned (item, area, unit)</source>
        <translation>采用学习得到的建议（事项、区域、部门）</translation>
    </message>
    <message>
        <source>Top of the queue, with what is new</source>
        <translation>回到队首并显示新案件</translation>
    </message>
    <message>
        <source>Which cases the list shows, and which ask for attention</source>
        <translation>筛选案件、订阅提示</translation>
    </message>
    <message>
        <source>Group the list: by kind, state, street, unit</source>
        <translation>列表分组：类型、状态、街道、单位</translation>
    </message>
    <message>
        <source>Search all cases, the closed ones too</source>
        <translation>检索全部案件（含已结案）</translation>
    </message>
    <message>
        <source>Mark the case and go on: the next act is for all marked cases</source>
        <translation>勾选案件并下移：随后的操作对全部勾选案件有效</translation>
    </message>
    <message>
        <source>Mark every case of the list, or its group</source>
        <translation>勾选列表（或所在分组）的全部案件</translation>
    </message>
    <message>
        <source>Digits, Enter: camera to the selected tile</source>
        <translation>数字 + 回车：点位调入选中窗格</translation>
    </message>
    <message>
        <source>Selected tile full size and back</source>
        <translation>选中窗格放大 / 还原</translation>
    </message>
    <message>
        <source>Turn; with Shift slow, with Ctrl fast</source>
        <translation>转动；按 Shift 慢速，按 Ctrl 快速</translation>
    </message>
    <message>
        <source>Closer and wider</source>
        <translation>变倍（拉近 / 拉远）</translation>
    </message>
    <message>
        <source>Preset, home, save the view</source>
        <translation>预置位、归位、保存当前位置</translation>
    </message>
    <message>
        <source>Stick turns, twist or right stick zooms, buttons call presets; Start is home, shoulders are speed</source>
        <translation>摇杆转动，旋钮或右摇杆变焦，按钮调用预置位；Start 回原位，肩键调速</translation>
    </message>
    <message>
        <source>Draw the camera&apos;s zones</source>
        <translation>绘制摄像机区域</translation>
    </message>
    <message>
        <source>Set the camera&apos;s ground (calibration)</source>
        <translation>标定摄像机地面</translation>
    </message>
    <message>
        <source>Wall layout 1</source>
        <translation>画面布局 1</translation>
    </message>
    <message>
        <source>Wall layout 2</source>
        <translation>画面布局 2</translation>
    </message>
    <message>
        <source>Wall layout 3</source>
        <translation>画面布局 3</translation>
    </message>
    <message>
        <source>Wall layout 4</source>
        <translation>画面布局 4</translation>
    </message>
    <message>
        <source>Wall layout 5</source>
        <translation>画面布局 5</translation>
    </message>
    <message>
        <source>Wall layout 6</source>
        <translation>画面布局 6</translation>
    </message>
    <message>
        <source>Wall layout 7</source>
        <translation>画面布局 7</translation>
    </message>
    <message>
        <source>Wall layout 8</source>
        <translation>画面布局 8</translation>
    </message>
    <message>
        <source>Map over all monitors of the wall, and back</source>
        <translation>地图铺满整面屏墙，再按恢复</translation>
    </message>
    <message>
        <source>Map to the open case</source>
        <translation>地图定位到案件</translation>
    </message>
    <message>
        <source>Map of the whole area</source>
        <translation>地图显示全域</translation>
    </message>
    <message>
        <source>Map closer</source>
        <translation>地图放大</translation>
    </message>
    <message>
        <source>Map wider</source>
        <translation>地图缩小</translation>
    </message>
    <message>
        <source>Layers of the map</source>
        <translation>地图图层</translation>
    </message>
    <message>
        <source>Measure on the map</source>
        <translation>地图量测</translation>
    </message>
    <message>
        <source>Choose on the map by keys: arrows, Enter</source>
        <translation>用键盘在地图上选取：方向键、回车</translation>
    </message>
    <message>
        <source>Fences: who is inside; draw, change, remove</source>
        <translation>电子围栏：查看在内人员，绘制、更改、删除</translation>
    </message>
    <message>
        <source>Who was where at a moment</source>
        <translation>查看某一时刻各人位置</translation>
    </message>
    <message>
        <source>Find a camera, case, inspector or command</source>
        <translation>搜索点位、案件、网格员或命令</translation>
    </message>
    <message>
        <source>Follow the inspector from camera to camera, and end it</source>
        <translation>伴随网格员逐路切换画面，再按结束</translation>
    </message>
    <message>
        <source>Hand the seat over (sign in)</source>
        <translation>席位交接（登录）</translation>
    </message>
    <message>
        <source>中文 / English</source>
        <translation>中文 / English</translation>
    </message>
    <message>
        <source>Dark or light</source>
        <translation>深色 / 浅色</translation>
    </message>
    <message>
        <source>Night brightness</source>
        <translation>夜间亮度</translation>
    </message>
    <message>
        <source>Full screen</source>
        <translation>全屏</translation>
    </message>
    <message>
        <source>Arrange the window as at first</source>
        <translation>恢复初始布局</translation>
    </message>
    <message>
        <source>These keys</source>
        <translation>快捷键一览</translation>
    </message>
    <message>
        <source>Back; takes a held dispatch back</source>
        <translation>返回；撤回待发的派遣</translation>
    </message>
    <message>
        <source>Cases</source>
        <translation>案件</translation>
    </message>
    <message>
        <source>Cameras</source>
        <translation>视频</translation>
    </message>
    <message>
        <source>Selected tile</source>
        <translation>选中窗格</translation>
    </message>
    <message>
        <source>Turning a camera</source>
        <translation>云台控制中</translation>
    </message>
    <message>
        <source>Wall, scenes, tours</source>
        <translation>电视墙 · 场景 · 轮巡</translation>
    </message>
    <message>
        <source>Map</source>
        <translation>地图</translation>
    </message>
    <message>
        <source>Console</source>
        <translation>席位</translation>
    </message>
    <message>
        <source>Wall layouts</source>
        <extracomment>Rows one other row stands for: eight layouts, four directions. Rows that are written otherwise than in the table.</extracomment>
        <translation>画面布局</translation>
    </message>
    <message>
        <source>Neighbouring tile</source>
        <translation>相邻窗格</translation>
    </message>
    <message>
        <source>digits Enter</source>
        <translation>数字 回车</translation>
    </message>
    <message>
        <source>Camera to the selected tile</source>
        <translation>点位调入选中窗格</translation>
    </message>
    <message>
        <source>Camera directory</source>
        <translation>点位目录</translation>
    </message>
    <message>
        <source>Put alerts of this camera aside (asks why and how long)</source>
        <translation>搁置本点位告警（需填原因和时长）</translation>
    </message>
    <message>
        <source>Lost cameras and maintenance</source>
        <translation>离线点位与检修</translation>
    </message>
    <message>
        <source>Trails of the last eight hours; again: play or pause</source>
        <translation>近八小时轨迹回放；再按播放或暂停</translation>
    </message>
    <message>
        <source>People: states, devices, patrol round</source>
        <translation>人员：状态、设备、巡查</translation>
    </message>
    <message>
        <source>Mute for 10 min (never priority 1)</source>
        <translation>静音 10 分钟（一级告警除外）</translation>
    </message>
    <message>
        <source>Turn the selected camera (PTZ) and leave it</source>
        <translation>控制所选点位云台，再按退出</translation>
    </message>
    <message>
        <source>Aim a camera at the selected place</source>
        <translation>将云台转向所选位置</translation>
    </message>
    <message>
        <source>Add cameras from the network</source>
        <translation>从网络添加点位</translation>
    </message>
    <message>
        <source>Fit, fill or stretch the picture</source>
        <translation>画面比例：完整 / 裁剪 / 拉伸</translation>
    </message>
    <message>
        <source>Snapshot of the selected tile</source>
        <translation>选中窗格截图</translation>
    </message>
    <message>
        <source>Export a clip of the selected tile</source>
        <translation>导出选中窗格录像</translation>
    </message>
    <message>
        <source>Export begins here</source>
        <translation>导出起点</translation>
    </message>
    <message>
        <source>Export ends here</source>
        <translation>导出终点</translation>
    </message>
    <message>
        <source>Zoom the selected tile</source>
        <translation>放大选中窗格</translation>
    </message>
    <message>
        <source>Whole picture again</source>
        <translation>恢复全画面</translation>
    </message>
    <message>
        <source>Closer</source>
        <translation>放大</translation>
    </message>
    <message>
        <source>Wider</source>
        <translation>缩小</translation>
    </message>
    <message>
        <source>Picture to the left</source>
        <translation>画面左移</translation>
    </message>
    <message>
        <source>Picture to the right</source>
        <translation>画面右移</translation>
    </message>
    <message>
        <source>Picture up</source>
        <translation>画面上移</translation>
    </message>
    <message>
        <source>Picture down</source>
        <translation>画面下移</translation>
    </message>
    <message>
        <source>Keep this part</source>
        <translation>保持当前放大区域</translation>
    </message>
    <message>
        <source>Whole picture, tool away</source>
        <translation>恢复全画面并退出放大</translation>
    </message>
    <message>
        <source>While zooming</source>
        <translation>放大时</translation>
    </message>
    <message>
        <source>Move the picture</source>
        <translation>移动画面</translation>
    </message>
    <message>
        <source>Replay the selected tile, or back to live</source>
        <translation>即时回放选中窗格 / 恢复实时</translation>
    </message>
    <message>
        <source>Back to live</source>
        <translation>恢复实时</translation>
    </message>
    <message>
        <source>Pause or play</source>
        <translation>暂停 / 播放</translation>
    </message>
    <message>
        <source>One picture back</source>
        <translation>上一帧</translation>
    </message>
    <message>
        <source>One picture forward</source>
        <translation>下一帧</translation>
    </message>
    <message>
        <source>5 s back</source>
        <translation>后退 5 秒</translation>
    </message>
    <message>
        <source>5 s forward</source>
        <translation>前进 5 秒</translation>
    </message>
    <message>
        <source>Faster</source>
        <translation>加快</translation>
    </message>
    <message>
        <source>Slower</source>
        <translation>减慢</translation>
    </message>
    <message>
        <source>To the oldest picture</source>
        <translation>回到最早画面</translation>
    </message>
    <message>
        <source>While replaying</source>
        <translation>回放时</translation>
    </message>
    <message>
        <source>Selected camera over all monitors, and back</source>
        <translation>选中点位跨屏显示 / 还原</translation>
    </message>
    <message>
        <source>Width of the monitors&apos; frames</source>
        <translation>屏幕边框宽度</translation>
    </message>
    <message>
        <source>Tour on the tile: start, pause, go on</source>
        <translation>窗格轮巡：开始 / 暂停 / 继续</translation>
    </message>
    <message>
        <source>Boxes, zones, trails, people or bare pictures</source>
        <translation>目标框、区域、轨迹、人员位置或纯画面</translation>
    </message>
    <message>
        <source>Choose, write and remove tours</source>
        <translation>选择、编写、删除轮巡</translation>
    </message>
    <message>
        <source>Next step of the tour</source>
        <translation>轮巡下一步</translation>
    </message>
    <message>
        <source>Step of the tour before</source>
        <translation>轮巡上一步</translation>
    </message>
    <message>
        <source>End the tour</source>
        <translation>结束轮巡</translation>
    </message>
    <message>
        <source>Last cameras of the tile</source>
        <translation>窗格最近的点位</translation>
    </message>
    <message>
        <source>Camera that was in the tile before</source>
        <translation>窗格上一个点位</translation>
    </message>
    <message>
        <source>Pin the tile, or let it go</source>
        <translation>锁定 / 解锁窗格</translation>
    </message>
    <message>
        <source>Tile follows the selection (hotspot)</source>
        <translation>窗格跟随选中点位（热点窗格）</translation>
    </message>
    <message>
        <source>Tile on the left</source>
        <translation>左边的窗格</translation>
    </message>
    <message>
        <source>Tile on the right</source>
        <translation>右边的窗格</translation>
    </message>
    <message>
        <source>Tile above</source>
        <translation>上边的窗格</translation>
    </message>
    <message>
        <source>Tile below</source>
        <translation>下边的窗格</translation>
    </message>
    <message>
        <source>Cut the window&apos;s tiles freely</source>
        <translation>自由划分窗口窗格</translation>
    </message>
    <message>
        <source>*, digits, Enter: scene to the wall</source>
        <translation>* + 数字 + 回车：调用场景</translation>
    </message>
    <message>
        <source>Scenes: call, send, rename, remove</source>
        <translation>场景：调用、推送、改名、删除</translation>
    </message>
    <message>
        <source>Save the wall as a scene</source>
        <translation>将当前画面存为场景</translation>
    </message>
    <message>
        <source>Send a scene to a seat or window</source>
        <translation>向席位或窗口推送场景</translation>
    </message>
    <message>
        <source>Back from a scene that was sent here</source>
        <translation>退出推送来的场景</translation>
    </message>
    <message>
        <source>* digits Enter</source>
        <translation>* 数字 回车</translation>
    </message>
    <message>
        <source>Scene to the wall</source>
        <translation>调用场景</translation>
    </message>
    <message>
        <source>Joystick</source>
        <extracomment>Keys of PTZ mode, without their speed modifiers; main-row digits call presets 1…9. The keypad as a joystick: with Num Lock on, and what joystick keypads send. How the key sheet writes keys that hold only in PTZ mode.</extracomment>
        <translation>摇杆</translation>
    </message>
</context>
<context>
    <name>Layout</name>
    <message>
        <source>Cut freely…</source>
        <translation>自由划分…</translation>
    </message>
    <message>
        <source>Save layout…</source>
        <translation>保存布局…</translation>
    </message>
    <message>
        <source>Remove layout</source>
        <translation>删除布局</translation>
    </message>
    <message>
        <source>Save layout</source>
        <translation>保存布局</translation>
    </message>
    <message>
        <source>For all seats of the site</source>
        <translation>全部席位共用</translation>
    </message>
    <message>
        <source>Layout “{0}” is kept on this seat</source>
        <translation>布局“{0}”已保存在本席位</translation>
    </message>
    <message>
        <source>Layout “{0}” was removed</source>
        <translation>布局“{0}”已删除</translation>
    </message>
    <message>
        <source>3 upright (corridor)</source>
        <translation>3 竖画面（走廊）</translation>
    </message>
    <message>
        <source>5 upright (corridor)</source>
        <translation>5 竖画面（走廊）</translation>
    </message>
    <message>
        <source>1 upright + 4 (corridor)</source>
        <translation>1 竖 + 4 横（走廊）</translation>
    </message>
    <message>
        <source>2 on top of each other (upright monitor)</source>
        <translation>上下 2 画面（竖屏）</translation>
    </message>
    <message>
        <source>3 on top of each other (upright monitor)</source>
        <translation>上下 3 画面（竖屏）</translation>
    </message>
    <message>
        <source>2 × 4 (upright monitor)</source>
        <translation>2 × 4（竖屏）</translation>
    </message>
    <message>
        <source>cut freely</source>
        <translation>自由划分</translation>
    </message>
    <message>
        <source>{0} · own</source>
        <translation>{0} · 本席位</translation>
    </message>
    <message>
        <source>{0} · shared by {1}</source>
        <translation>{0} · {1} 共享</translation>
    </message>
    <message>
        <source>Layout {0}</source>
        <translation>布局 {0}</translation>
    </message>
</context>
<context>
    <name>Live</name>
    <message>
        <source>{0} is not live any more</source>
        <translation>{0} 已结束直播</translation>
    </message>
    <message>
        <source>{0} is live from the spot</source>
        <translation>{0} 正在现场直播</translation>
    </message>
    <message>
        <source>{0} is live: choose them on the map or call {1}</source>
        <translation>{0} 正在直播：在地图上选中此人，或调出 {1}</translation>
    </message>
</context>
<context>
    <name>Losses</name>
    <message>
        <source>Lost cameras and maintenance</source>
        <extracomment>Single lines a person reads; the number of the rest is told.</extracomment>
        <translation>离线点位与检修</translation>
    </message>
    <message>
        <source>Maintenance…</source>
        <translation>转检修…</translation>
    </message>
    <message>
        <source>End it</source>
        <translation>提前结束</translation>
    </message>
    <message>
        <source>and {0} more</source>
        <translation>另有 {0} 路</translation>
    </message>
    <message>
        <source>No camera is lost and nothing is put aside.</source>
        <translation>无离线点位，也无检修或搁置。</translation>
    </message>
    <message>
        <source>Choose a loss first</source>
        <translation>请先选择一条离线</translation>
    </message>
    <message>
        <source>Choose a line of maintenance first</source>
        <translation>请先选择一条检修或搁置</translation>
    </message>
    <message>
        <source>{0} · {1} others</source>
        <translation>{0} · 另有 {1} 路</translation>
    </message>
    <message>
        <source>{0} of {1} cameras lost together are still away</source>
        <translation>同时离线的 {1} 路中仍有 {0} 路未恢复</translation>
    </message>
    <message>
        <source>{0} cameras lost at the same moment</source>
        <translation>{0} 路同时离线</translation>
    </message>
    <message>
        <source>{0} of {1} cameras still lost behind {2}</source>
        <translation>{2} 下 {1} 路中仍有 {0} 路离线</translation>
    </message>
    <message>
        <source>{0} cameras lost behind {1}</source>
        <translation>{1} 下 {0} 路离线</translation>
    </message>
    <message>
        <source>{0} cameras lost together are back</source>
        <translation>同时离线的 {0} 路已全部恢复</translation>
    </message>
    <message>
        <source>{0} cameras behind {1} are back</source>
        <translation>{1} 下 {0} 路已全部恢复</translation>
    </message>
    <message>
        <source>Maintenance: {0}</source>
        <translation>检修：{0}</translation>
    </message>
    <message>
        <source>Alerts put aside: {0}</source>
        <translation>告警搁置：{0}</translation>
    </message>
    <message>
        <source>{0} left</source>
        <translation>剩余 {0}</translation>
    </message>
</context>
<context>
    <name>Map</name>
    <message>
        <source>Closer (+)</source>
        <translation>放大（+）</translation>
    </message>
    <message>
        <source>Wider (-)</source>
        <translation>缩小（-）</translation>
    </message>
    <message>
        <source>Whole area (Shift+G)</source>
        <translation>全域（Shift+G）</translation>
    </message>
    <message>
        <source>No map yet.
Give cameras lat and lon in cameras.csv, or add streets.osm.pbf to the site folder.</source>
        <translation>暂无地图。
请在 cameras.csv 填写点位经纬度，或在站点目录放入 streets.osm.pbf。</translation>
    </message>
    <message>
        <source>open for {0}</source>
        <translation>已开 {0}</translation>
    </message>
    <message>
        <source>position {0} old</source>
        <translation>{0}前的位置</translation>
    </message>
    <message>
        <source>{0} km/h</source>
        <translation>{0} km/h</translation>
    </message>
    <message>
        <source>phone is live</source>
        <translation>手机直播中</translation>
    </message>
    <message>
        <source>missed so far</source>
        <translation>本轮尚未到达</translation>
    </message>
    <message>
        <source>visited {0}</source>
        <translation>已于 {0} 巡查</translation>
    </message>
    <message>
        <source>no picture</source>
        <translation>无画面</translation>
    </message>
    <message>
        <source>click: to the wall</source>
        <translation>点击上墙</translation>
    </message>
    <message>
        <source>Cases by light</source>
        <translation>案件（按时限灯）</translation>
    </message>
    <message>
        <source>Inspectors</source>
        <translation>网格员</translation>
    </message>
    <message>
        <source>Cameras and what they see</source>
        <translation>点位与视野</translation>
    </message>
    <message>
        <source>Check points of the round</source>
        <translation>本轮实测点</translation>
    </message>
    <message>
        <source>Fences</source>
        <translation>电子围栏</translation>
    </message>
    <message>
        <source>Base map pictures</source>
        <translation>底图影像</translation>
    </message>
    <message>
        <source>Grid cells</source>
        <translation>网格</translation>
    </message>
    <message>
        <source>Open cases by cell</source>
        <translation>网格案件量</translation>
    </message>
    <message>
        <source>Where cases crowd</source>
        <translation>案件热力</translation>
    </message>
    <message>
        <source>Group what stands too close</source>
        <translation>密集处合并显示</translation>
    </message>
    <message>
        <source>Every class</source>
        <extracomment>Stands under its layer&apos;s switch while that is on. Which class of check points is shown.</extracomment>
        <translation>全部类别</translation>
    </message>
    <message>
        <source>Layers</source>
        <translation>图层</translation>
    </message>
    <message>
        <source>{0} m</source>
        <translation>{0} 米</translation>
    </message>
    <message>
        <source>{0} km</source>
        <translation>{0} 公里</translation>
    </message>
    <message>
        <source>{0} m²</source>
        <translation>{0} 平方米</translation>
    </message>
    <message>
        <source>{0} ha</source>
        <translation>{0} 公顷</translation>
    </message>
    <message>
        <source>Map layer: {0}</source>
        <translation>地图图层：{0}</translation>
    </message>
    <message>
        <source>Map layers: {0}; and {1} more (gridwall check lists them)</source>
        <translation>地图图层：{0}；另有 {1} 处（gridwall check 可查看）</translation>
    </message>
    <message>
        <source>No camera in the frame.</source>
        <extracomment>What the frame is drawn around: cameras, or with Ctrl people.</extracomment>
        <translation>框内没有摄像机。</translation>
    </message>
    <message>
        <source>{0} of {1} cameras went to the wall: it has no more free tiles.</source>
        <translation>{1} 路中有 {0} 路上墙：没有更多空闲画面。</translation>
    </message>
    <message>
        <source>{0} cameras went to the wall.</source>
        <translation>已上墙 {0} 路摄像机。</translation>
    </message>
    <message>
        <source>Nobody in the frame.</source>
        <translation>框内没有人员。</translation>
    </message>
    <message>
        <source>A fence needs three corners or more, and sides that do not cross.</source>
        <translation>围栏至少需要三个角，且各边不能相交。</translation>
    </message>
    <message>
        <source>Click, or Enter at the cross: points · Backspace: one back · Esc: end</source>
        <translation>点击或在十字处按 Enter 取点 · Backspace 退一点 · Esc 结束</translation>
    </message>
    <message>
        <source>F: keep as a fence</source>
        <translation>F：存为围栏</translation>
    </message>
    <message>
        <source>Nothing stands here · +, -: closer, wider · Esc: end</source>
        <extracomment>Where an arrow leads, in pixels: x to the right, y down.</extracomment>
        <translation>此处无标记 · +、-：放大、缩小 · Esc：结束</translation>
    </message>
    <message>
        <source>Arrows: the next marker · Enter: open it · Esc: end</source>
        <translation>方向键：下一个标记 · 回车：打开 · Esc：结束</translation>
    </message>
    <message>
        <source>{0} cases</source>
        <extracomment>From what hurts least to what hurts most.</extracomment>
        <translation>{0} 个案件</translation>
    </message>
    <message>
        <source>{0} inspectors</source>
        <translation>{0} 名人员</translation>
    </message>
    <message>
        <source>{0} cameras</source>
        <translation>{0} 个镜头</translation>
    </message>
    <message>
        <source>{0} check points</source>
        <translation>{0} 个实测点</translation>
    </message>
    <message>
        <source>click: closer</source>
        <translation>点击：放大</translation>
    </message>
    <message>
        <source>few</source>
        <extracomment>Under the words of the switch, not under its box.</extracomment>
        <translation>少</translation>
    </message>
    <message>
        <source>many</source>
        <translation>多</translation>
    </message>
</context>
<context>
    <name>Name</name>
    <message>
        <source>none</source>
        <translation>无</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Number</source>
        <translation>编号</translation>
    </message>
    <message>
        <source>Enter a name</source>
        <translation>请输入名称</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>返回</translation>
    </message>
    <message>
        <source>Every wall knows a layout of this name</source>
        <translation>系统布局已用此名称</translation>
    </message>
    <message>
        <source>Replaces the one of this name</source>
        <translation>将替换同名的一项</translation>
    </message>
    <message>
        <source>“{0}” is kept for all seats</source>
        <translation>“{0}”已保存，全部席位可用</translation>
    </message>
    <message>
        <source>“{0}” was removed for all seats</source>
        <translation>“{0}”已从全部席位删除</translation>
    </message>
    <message>
        <source>The hub did not keep it: {0}</source>
        <translation>中心未保存：{0}</translation>
    </message>
</context>
<context>
    <name>Palette</name>
    <message>
        <source>Camera number, name, pinyin initials, case, inspector, command…</source>
        <translation>点位编号、名称、拼音首字母、案件、网格员、命令…</translation>
    </message>
</context>
<context>
    <name>People</name>
    <message>
        <source>People</source>
        <extracomment>Ages in the lists move with this. The round is read again every so many refreshes: it takes the hub a second of trails. A moment is shown with this much before and after it, and first offered so far back. A replay shows a shift. The moment the trails that were asked for are to stand at. Who was framed on the map; None: everybody.</extracomment>
        <translation>人员</translation>
    </message>
    <message>
        <source>Devices</source>
        <translation>设备</translation>
    </message>
    <message>
        <source>Patrol round</source>
        <translation>巡查</translation>
    </message>
    <message>
        <source>Replay the trail</source>
        <translation>轨迹回放</translation>
    </message>
    <message>
        <source>By working hours</source>
        <translation>按工作时段</translation>
    </message>
    <message>
        <source>Field page link</source>
        <translation>现场页面链接</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>姓名</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>For</source>
        <translation>已持续</translation>
    </message>
    <message>
        <source>Case</source>
        <translation>案件</translation>
    </message>
    <message>
        <source>Position</source>
        <translation>定位</translation>
    </message>
    <message>
        <source>{0} · does not come</source>
        <translation>{0} · 未到</translation>
    </message>
    <message>
        <source>{0} people · {1} available</source>
        <translation>{0} 人 · 空闲 {1}</translation>
    </message>
    <message>
        <source>{0} do not come</source>
        <translation>未到 {0}</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>设备</translation>
    </message>
    <message>
        <source>Carried by</source>
        <translation>持有人</translation>
    </message>
    <message>
        <source>Source</source>
        <translation>来源</translation>
    </message>
    <message>
        <source>Heard</source>
        <translation>最近上报</translation>
    </message>
    <message>
        <source>Accuracy</source>
        <translation>精度</translation>
    </message>
    <message>
        <source>Fixes</source>
        <translation>定位点</translation>
    </message>
    <message>
        <source>nobody</source>
        <translation>无人</translation>
    </message>
    <message>
        <source>{0} devices · {1} carried by nobody</source>
        <translation>{0} 台设备 · 未登记 {1}</translation>
    </message>
    <message>
        <source>Check point</source>
        <translation>实测点</translation>
    </message>
    <message>
        <source>Class</source>
        <translation>类别</translation>
    </message>
    <message>
        <source>Grid</source>
        <translation>网格</translation>
    </message>
    <message>
        <source>Duty</source>
        <translation>责任人</translation>
    </message>
    <message>
        <source>Visited</source>
        <translation>巡查情况</translation>
    </message>
    <message>
        <source>Reading the round…</source>
        <translation>正在读取本轮巡查…</translation>
    </message>
    <message>
        <source>anybody</source>
        <translation>不限</translation>
    </message>
    <message>
        <source>missed</source>
        <translation>未巡到</translation>
    </message>
    <message>
        <source>{0} · {1} of {2} visited · found by patrols {3}, by others {4}</source>
        <translation>{0} · 已巡 {1}/{2} · 巡查发现 {3}，他人发现 {4}</translation>
    </message>
    <message>
        <source>together {0}</source>
        <translation>同行 {0}</translation>
    </message>
    <message>
        <source>patrolled {0} of {1}</source>
        <translation>已巡 {0} / {1}</translation>
    </message>
    <message>
        <source>Person</source>
        <translation>人员</translation>
    </message>
    <message>
        <source>No trail is kept of this time.</source>
        <translation>该时段没有轨迹</translation>
    </message>
    <message>
        <source>Copy the link</source>
        <translation>复制链接</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Scan with the phone. Whoever holds the link acts in this name; former links have ended. Valid until {0}.</source>
        <translation>用手机扫码打开。持有链接即以本人名义操作，旧链接已失效。有效期至 {0}。</translation>
    </message>
    <message>
        <source>Who was where</source>
        <translation>某一时刻各人位置</translation>
    </message>
    <message>
        <source>Show on the map</source>
        <translation>在地图上显示</translation>
    </message>
    <message>
        <source>Half an hour before and after can be played.</source>
        <translation>可回放前后各半小时。</translation>
    </message>
    <message>
        <source>This has not happened yet: choose an earlier moment.</source>
        <translation>该时刻尚未到来，请选更早的时刻。</translation>
    </message>
</context>
<context>
    <name>Ptz</name>
    <message>
        <source>Choose a tile with a camera first.</source>
        <translation>请先选择有点位的窗格。</translation>
    </message>
    <message>
        <source>{0} is a fixed camera.</source>
        <translation>{0} 是固定点位，不能转动。</translation>
    </message>
    <message>
        <source>The camera has no preset {0}.</source>
        <translation>该点位没有预置位 {0}。</translation>
    </message>
    <message>
        <source>{0}: {1}</source>
        <translation>{0}：{1}</translation>
    </message>
    <message>
        <source>{0} has taken {1} over (priority {2}).</source>
        <translation>{0} 已接管 {1} 的云台（优先级 {2}）。</translation>
    </message>
    <message>
        <source>The camera was given back: nobody moved it.</source>
        <translation>长时间未操作，云台已自动释放。</translation>
    </message>
    <message>
        <source>Save the view as a preset</source>
        <translation>保存为预置位</translation>
    </message>
    <message>
        <source>Name, for example “East gate”</source>
        <translation>名称，如“东门”</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>返回</translation>
    </message>
    <message>
        <source>Arrow keys turn · PgUp PgDn zoom · Esc leaves</source>
        <translation>方向键转动 · PgUp PgDn 变倍 · Esc 退出</translation>
    </message>
    <message>
        <source>Pull from the middle or arrow keys turn · PgUp PgDn zoom · 1-9 preset · Home · S save · Esc</source>
        <translation>从中心拖动或方向键转动 · PgUp PgDn 变倍 · 1-9 预置位 · Home 归位 · S 保存 · Esc 退出</translation>
    </message>
    <message>
        <source>Choose a place, a case or an alert first.</source>
        <translation>请先选择地点、案件或告警。</translation>
    </message>
    <message>
        <source>{0} turns there: {1}</source>
        <translation>{0} 转向该处：{1}</translation>
    </message>
    <message>
        <source>Joystick: up to {0} % of the camera&apos;s speed.</source>
        <translation>摇杆：最高为摄像机速度的 {0} %。</translation>
    </message>
    <message>
        <source>Joystick ready: {0}. P takes the camera of the selected tile.</source>
        <translation>摇杆已就绪：{0}。按 P 控制所选窗格的摄像机。</translation>
    </message>
    <message>
        <source>The joystick {0} is gone: the camera stands still.</source>
        <translation>摇杆 {0} 已断开：摄像机已停止转动。</translation>
    </message>
</context>
<context>
    <name>Push</name>
    <message>
        <source>1 min</source>
        <translation>1 分钟</translation>
    </message>
    <message>
        <source>5 min</source>
        <translation>5 分钟</translation>
    </message>
    <message>
        <source>15 min</source>
        <translation>15 分钟</translation>
    </message>
    <message>
        <source>1 h</source>
        <translation>1 小时</translation>
    </message>
    <message>
        <source>8 h</source>
        <translation>8 小时</translation>
    </message>
    <message>
        <source>until taken back</source>
        <translation>直到撤回</translation>
    </message>
    <message>
        <source>1 · urgent</source>
        <translation>1 · 紧急</translation>
    </message>
    <message>
        <source>2 · important</source>
        <translation>2 · 重要</translation>
    </message>
    <message>
        <source>3 · normal</source>
        <translation>3 · 一般</translation>
    </message>
    <message>
        <source>Send a scene</source>
        <translation>推送场景</translation>
    </message>
    <message>
        <source>What shall be done or watched?</source>
        <translation>需要做什么、盯什么？</translation>
    </message>
    <message>
        <source>{0} (this seat)</source>
        <translation>{0}（本席位）</translation>
    </message>
    <message>
        <source>all seats</source>
        <translation>全部席位</translation>
    </message>
    <message>
        <source>Scene</source>
        <translation>场景</translation>
    </message>
    <message>
        <source>To</source>
        <translation>推送到</translation>
    </message>
    <message>
        <source>Instruction</source>
        <translation>指令</translation>
    </message>
    <message>
        <source>Priority</source>
        <translation>优先级</translation>
    </message>
    <message>
        <source>For</source>
        <translation>时长</translation>
    </message>
    <message>
        <source>It goes back by itself. What is pinned there is never taken away.</source>
        <translation>到时自动恢复原画面；对方锁定的窗格不受影响。</translation>
    </message>
    <message>
        <source>Send</source>
        <translation>推送</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>返回</translation>
    </message>
    <message>
        <source>Scene “{0}” from {1}</source>
        <extracomment>Readable at four metres on a wall, modest on a desk. A priority-1 scene has the alarm&apos;s colour, with its word.</extracomment>
        <translation>场景“{0}”，来自 {1}</translation>
    </message>
    <message>
        <source>Urgent · {0}</source>
        <translation>紧急 · {0}</translation>
    </message>
    <message>
        <source>until {0} ({1} left)</source>
        <translation>至 {0}（还剩 {1}）</translation>
    </message>
    <message>
        <source>{0} more wait</source>
        <translation>另有 {0} 个等待</translation>
    </message>
    <message>
        <source>Back now</source>
        <translation>立即恢复</translation>
    </message>
</context>
<context>
    <name>Queue</name>
    <message>
        <source>{0} more were not marked: {1} at once at most.</source>
        <extracomment>What the list leaves out is said; a click shows everything again. While cases are marked, what acts are about is said; a click lets them go.</extracomment>
        <translation>另有 {0} 件未勾选：一次最多 {1} 件。</translation>
    </message>
    <message>
        <source>{0} marked · acts are for all of them</source>
        <translation>已勾选 {0} 件 · 操作对全部有效</translation>
    </message>
    <message>
        <source>Only {0}</source>
        <translation>仅显示 {0}</translation>
    </message>
    <message>
        <source>asks only for {0}</source>
        <translation>仅提示 {0}</translation>
    </message>
    <message>
        <source>Waiting for the hub.
Cases appear as soon as it answers.</source>
        <translation>正在等待中心服务。
连接后案件自动出现。</translation>
    </message>
    <message>
        <source>No case of this choice.
Q or the line above shows others.</source>
        <translation>没有符合条件的案件。
按 Q 或点击上方条件可更改。</translation>
    </message>
    <message>
        <source>Nothing is late.
Press “open” above for all open cases.</source>
        <translation>没有超期案件。
点上方“在办”查看全部。</translation>
    </message>
    <message>
        <source>No open case.
Alerts of the cameras and reports of citizens appear here.</source>
        <translation>当前没有在办案件。
视频报警和群众上报会出现在这里。</translation>
    </message>
    <message>
        <source>{0} new</source>
        <translation>{0} 件新案</translation>
    </message>
    <message>
        <source>Show them in their places (Home)</source>
        <translation>按顺序显示（Home）</translation>
    </message>
    <message>
        <source>Not grouped</source>
        <translation>不分组</translation>
    </message>
    <message>
        <source>By kind</source>
        <translation>按类型分组</translation>
    </message>
    <message>
        <source>By state</source>
        <translation>按状态分组</translation>
    </message>
    <message>
        <source>By street</source>
        <translation>按街道分组</translation>
    </message>
    <message>
        <source>By unit</source>
        <translation>按处置单位分组</translation>
    </message>
    <message>
        <source>Not known yet</source>
        <translation>尚未确定</translation>
    </message>
</context>
<context>
    <name>Reason</name>
    <message>
        <source>Why? The text is kept with the case.</source>
        <translation>请填写原因，将随案留存。</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>返回</translation>
    </message>
    <message>
        <source>own grid</source>
        <translation>本网格</translation>
    </message>
    <message>
        <source>neighbouring grid</source>
        <translation>相邻网格</translation>
    </message>
    <message>
        <source>another grid</source>
        <translation>其他网格</translation>
    </message>
    <message>
        <source>{metres} m away</source>
        <translation>相距 {metres} 米</translation>
    </message>
    <message>
        <source>on foot</source>
        <translation>步行</translation>
    </message>
    <message>
        <source>as the crow flies</source>
        <translation>直线距离</translation>
    </message>
    <message>
        <source>no position</source>
        <translation>无定位</translation>
    </message>
    <message>
        <source>position {age_s} s old</source>
        <translation>定位已过 {age_s} 秒</translation>
    </message>
    <message>
        <source>off duty (shift {shift})</source>
        <translation>不在班（班次 {shift}）</translation>
    </message>
    <message>
        <source>busy with case {case_id}</source>
        <translation>正在处置 {case_id}</translation>
    </message>
    <message>
        <source>closed cases with “{words}”</source>
        <translation>已结案件中有“{words}”</translation>
    </message>
    <message>
        <source>closed cases of {grid_id}</source>
        <translation>{grid_id} 的已结案件</translation>
    </message>
    <message>
        <source>closed cases of item {item_code}</source>
        <translation>事项 {item_code} 的已结案件</translation>
    </message>
    <message>
        <source>{count} of {of} closed cases</source>
        <translation>已结案件 {of} 件中的 {count} 件</translation>
    </message>
    <message>
        <source>too far: {metres} m</source>
        <translation>距离过远：{metres} 米</translation>
    </message>
    <message>
        <source>there is no act called {act}</source>
        <translation>没有“{act}”这一操作</translation>
    </message>
    <message>
        <source>there is no case {case_id}</source>
        <translation>没有案件 {case_id}</translation>
    </message>
    <message>
        <source>not possible while the case is “{state}”</source>
        <translation>案件处于“{state}”，不能办理</translation>
    </message>
    <message>
        <source>your role may not do this</source>
        <translation>您的岗位无权办理</translation>
    </message>
    <message>
        <source>{actor} was first (“{act}”, {utc}): look at the case again</source>
        <translation>{actor} 已先办理（{act}，{utc}），请查看案件最新状态</translation>
    </message>
    <message>
        <source>“{field}” must be entered</source>
        <translation>须填写“{field}”</translation>
    </message>
    <message>
        <source>“{field}” cannot be {found}</source>
        <translation>“{field}”不能为 {found}</translation>
    </message>
    <message>
        <source>the result has not been verified yet</source>
        <translation>尚未核查</translation>
    </message>
    <message>
        <source>first demand that the hazard is put right (X)</source>
        <translation>请先下达限期整改（X）</translation>
    </message>
    <message>
        <source>the hazard is not written off yet</source>
        <translation>隐患尚未销账</translation>
    </message>
    <message>
        <source>a demand is running already</source>
        <translation>已有整改要求在办</translation>
    </message>
    <message>
        <source>nothing was demanded to be put right</source>
        <translation>尚未下达整改要求</translation>
    </message>
    <message>
        <source>nobody has reported the hazard as put right</source>
        <translation>尚无人反馈整改完成</translation>
    </message>
    <message>
        <source>the case has no item yet: choose what it is first</source>
        <translation>案件尚无事项，请先选择事项</translation>
    </message>
    <message>
        <source>no unit, no inspector, and no dispatch rule fits</source>
        <translation>未指定单位或网格员，也没有适用的派遣规则</translation>
    </message>
    <message>
        <source>a case is extended once only</source>
        <translation>每案只能延期一次</translation>
    </message>
    <message>
        <source>the case is under supervision already</source>
        <translation>案件已在督办</translation>
    </message>
    <message>
        <source>nobody can be sent now: see the reasons below</source>
        <translation>目前无人可派，原因见下方</translation>
    </message>
    <message>
        <source>the case holds as many photos as it may</source>
        <translation>案件照片数量已满</translation>
    </message>
    <message>
        <source>this site sends cases to no other platform</source>
        <translation>本平台未配置可移交的其他平台</translation>
    </message>
    <message>
        <source>no platform {partner} takes cases</source>
        <translation>没有可接收案件的平台 {partner}</translation>
    </message>
    <message>
        <source>no item has the code {item_code}</source>
        <translation>没有事项 {item_code}</translation>
    </message>
    <message>
        <source>no grid cell has the id {grid_id}</source>
        <translation>没有网格 {grid_id}</translation>
    </message>
    <message>
        <source>a case cannot be merged into itself</source>
        <translation>案件不能与自身合并</translation>
    </message>
    <message>
        <source>case {case_id} is “{state}” already</source>
        <translation>案件 {case_id} 已处于“{state}”</translation>
    </message>
    <message>
        <source>{actor} was first (“{act}”, {utc})</source>
        <translation>{actor} 已先办理（{act}，{utc}）</translation>
    </message>
    <message>
        <source>The hub is away: nothing can be sent until it is back</source>
        <translation>中心服务中断，恢复后方可办理</translation>
    </message>
    <message>
        <source>Choose a case in the queue first</source>
        <translation>请先在队列中选择案件</translation>
    </message>
    <message>
        <source>no inspector is called {inspector_id}</source>
        <translation>没有网格员 {inspector_id}</translation>
    </message>
    <message>
        <source>says busy until {utc}</source>
        <translation>自报忙碌至 {utc}</translation>
    </message>
    <message>
        <source>signed off</source>
        <translation>已离岗</translation>
    </message>
    <message>
        <source>was sent and does not come</source>
        <translation>已派遣但未到</translation>
    </message>
    <message>
        <source>{count} case(s) today</source>
        <translation>今日已处置 {count} 件</translation>
    </message>
    <message>
        <source>helps out: nobody of {grid} can go ({count})</source>
        <translation>支援：{grid} 的 {count} 名网格员均不能前往</translation>
    </message>
    <message>
        <source>whoever was sent is there already: send one more</source>
        <translation>已派人员已到场，请用增派</translation>
    </message>
    <message>
        <source>already on this case</source>
        <translation>已在处置本案</translation>
    </message>
    <message>
        <source>nobody else is on this case</source>
        <translation>本案没有增派人员</translation>
    </message>
    <message>
        <source>as many inspectors as one case may have</source>
        <translation>本案人员已达上限</translation>
    </message>
    <message>
        <source>this state follows from a case</source>
        <translation>该状态由案件决定</translation>
    </message>
    <message>
        <source>on case {case_id}: the case decides</source>
        <translation>正在处置 {case_id}，状态由案件决定</translation>
    </message>
    <message>
        <source>{owner} is turning it (priority {priority}); free {free_in_s} s after its last use</source>
        <translation>{owner} 正在控制（优先级 {priority}），停止操作 {free_in_s} 秒后释放</translation>
    </message>
    <message>
        <source>the camera cannot be turned</source>
        <translation>该点位没有云台</translation>
    </message>
    <message>
        <source>no camera can be turned there</source>
        <translation>没有可转向该处的云台</translation>
    </message>
    <message>
        <source>calibrated, {distance_m} m away, ± {error_m} m</source>
        <translation>已标定，距离 {distance_m} 米，误差约 ±{error_m} 米</translation>
    </message>
    <message>
        <source>it has no calibration for aiming</source>
        <translation>未做云台标定</translation>
    </message>
    <message>
        <source>its place is not in the register</source>
        <translation>未登记位置</translation>
    </message>
    <message>
        <source>its presets have not been read yet</source>
        <translation>预置位尚未读取</translation>
    </message>
    <message>
        <source>its presets do not fit together ({error_deg}°)</source>
        <translation>预置位标定不一致（{error_deg}°）</translation>
    </message>
    <message>
        <source>the place is {distance_m} m away, limit {range_m} m</source>
        <translation>距离 {distance_m} 米，上限 {range_m} 米</translation>
    </message>
    <message>
        <source>the place is beyond its reach</source>
        <translation>超出转动范围</translation>
    </message>
    <message>
        <source>{owner} is turning it</source>
        <translation>{owner} 正在控制</translation>
    </message>
    <message>
        <source>it sees the place already</source>
        <translation>已对准该处</translation>
    </message>
    <message>
        <source>nobody has looked at the spot yet</source>
        <translation>尚未到现场核实</translation>
    </message>
    <message>
        <source>the case is not under supervision</source>
        <translation>案件未被督办</translation>
    </message>
    <message>
        <source>mark the case as difficult first</source>
        <translation>请先标为疑难案件</translation>
    </message>
    <message>
        <source>hold the consultation first</source>
        <translation>请先进行会商</translation>
    </message>
    <message>
        <source>call the units together first</source>
        <translation>请先吹哨报到</translation>
    </message>
    <message>
        <source>the fallback owner cannot send it back</source>
        <translation>兜底单位不能回退</translation>
    </message>
    <message>
        <source>a request waits for an answer already</source>
        <translation>已有申请等待审批</translation>
    </message>
    <message>
        <source>nothing was requested</source>
        <translation>没有待审批的申请</translation>
    </message>
    <message>
        <source>alert {alert_id} is not of this case</source>
        <translation>告警 {alert_id} 不属于本案件</translation>
    </message>
    <message>
        <source>at least one alert stays with the old case</source>
        <translation>原案件至少保留一条告警</translation>
    </message>
</context>
<context>
    <name>Round</name>
    <message>
        <source>to come</source>
        <translation>未开始</translation>
    </message>
    <message>
        <source>on now</source>
        <translation>进行中</translation>
    </message>
    <message>
        <source>over</source>
        <translation>已结束</translation>
    </message>
</context>
<context>
    <name>Scene</name>
    <message>
        <source>No scene has the number {0}</source>
        <translation>没有编号为 {0} 的场景</translation>
    </message>
    <message>
        <source>Scene {0}</source>
        <translation>场景 {0}</translation>
    </message>
    <message>
        <source>No scene was sent here</source>
        <translation>当前没有推送来的场景</translation>
    </message>
    <message>
        <source>Save scene</source>
        <translation>保存场景</translation>
    </message>
    <message>
        <source>Only the selected window</source>
        <translation>只保存选中的窗口</translation>
    </message>
    <message>
        <source>Rename scene</source>
        <translation>场景改名</translation>
    </message>
    <message>
        <source>There is no scene yet: save one first</source>
        <translation>还没有场景，请先保存一个</translation>
    </message>
    <message>
        <source>Replaces the scene of this name, saved by {0}</source>
        <translation>将替换 {0} 保存的同名场景</translation>
    </message>
    <message>
        <source>Another scene has this name</source>
        <translation>已有同名场景</translation>
    </message>
    <message>
        <source>Scene “{0}” was sent to {1}</source>
        <translation>场景“{0}”已推送到 {1}</translation>
    </message>
    <message>
        <source>Call</source>
        <translation>调用</translation>
    </message>
    <message>
        <source>Send…</source>
        <translation>推送…</translation>
    </message>
    <message>
        <source>Save over…</source>
        <translation>覆盖保存…</translation>
    </message>
    <message>
        <source>Rename…</source>
        <translation>改名…</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>删除</translation>
    </message>
    <message>
        <source>Save this wall…</source>
        <translation>保存当前画面…</translation>
    </message>
    <message>
        <source>Scenes</source>
        <translation>场景</translation>
    </message>
    <message>
        <source>No.</source>
        <translation>编号</translation>
    </message>
    <message>
        <source>Scene</source>
        <translation>场景</translation>
    </message>
    <message>
        <source>Shows</source>
        <translation>内容</translation>
    </message>
    <message>
        <source>Saved by</source>
        <translation>保存人</translation>
    </message>
    <message>
        <source>No scene yet. Arrange the wall, then save it.</source>
        <translation>还没有场景。先布置好画面，再保存。</translation>
    </message>
    <message>
        <source>Send a scene…</source>
        <translation>推送场景…</translation>
    </message>
    <message>
        <source>All scenes…</source>
        <translation>全部场景…</translation>
    </message>
    <message>
        <source>{0} windows · {1}</source>
        <translation>{0} 个窗口 · {1}</translation>
    </message>
</context>
<context>
    <name>Shelf</name>
    <message>
        <source>Why? Every seat reads it, and the log keeps it.</source>
        <translation>原因？各席位可见，并记入日志。</translation>
    </message>
    <message>
        <source>for {0}</source>
        <translation>时长 {0}</translation>
    </message>
    <message>
        <source>Maintenance</source>
        <translation>检修</translation>
    </message>
    <message>
        <source>Put alerts aside</source>
        <translation>搁置告警</translation>
    </message>
    <message>
        <source>Open a case with a camera first</source>
        <translation>请先打开一件带点位的案件</translation>
    </message>
</context>
<context>
    <name>Sight</name>
    <message>
        <source>{0} sees well again: all its rules go on</source>
        <translation>{0} 画面恢复，规则继续</translation>
    </message>
    <message>
        <source>{0}: the rule of zone {1} failed and stands still</source>
        <translation>{0}：区域 {1} 的规则出错已停</translation>
    </message>
    <message>
        <source>{0}: {1}. Parking and stall rules stand still, smoke is watched on</source>
        <translation>{0}：{1}。停车与摊点规则暂停，烟火监测继续</translation>
    </message>
    <message>
        <source>{0}: {1} is suppressed at one place, {2} were rejected there. The zone editor watches it again</source>
        <translation>{0}：一处“{1}”已被抑制，此处{2}次判为误报。可在区域编辑中恢复监看</translation>
    </message>
</context>
<context>
    <name>SignIn</name>
    <message>
        <source>Sign in</source>
        <translation>登录</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>姓名</translation>
    </message>
    <message>
        <source>Password</source>
        <translation>密码</translation>
    </message>
    <message>
        <source>Acts carry your name. Ctrl+Shift+L hands over.</source>
        <translation>处置将署您的姓名。Ctrl+Shift+L 交接班。</translation>
    </message>
    <message>
        <source>Only watch</source>
        <translation>仅观看</translation>
    </message>
    <message>
        <source>This site names no operators: every seat may act.</source>
        <translation>本站点未登记值班员：各席位均可处置。</translation>
    </message>
</context>
<context>
    <name>Span</name>
    <message>
        <source>Select a tile with a camera first</source>
        <translation>请先选中有点位的窗格</translation>
    </message>
    <message>
        <source>The wall has one monitor only</source>
        <translation>大屏只有一块屏幕</translation>
    </message>
    <message>
        <source>There is no wall window: connect a further monitor</source>
        <translation>没有屏墙窗口：请再接一台显示器</translation>
    </message>
    <message>
        <source>Every monitor has a pinned tile: let one go first</source>
        <translation>每块屏幕都有锁定的窗格，请先解锁</translation>
    </message>
    <message>
        <source>Frames of the monitors</source>
        <translation>屏幕边框</translation>
    </message>
    <message>
        <source>Width of one monitor&apos;s frame, mm</source>
        <translation>单块屏幕边框宽度（毫米）</translation>
    </message>
</context>
<context>
    <name>Suggest</name>
    <message>
        <source>item</source>
        <translation>事项</translation>
    </message>
    <message>
        <source>area</source>
        <translation>区域</translation>
    </message>
    <message>
        <source>unit</source>
        <translation>部门</translation>
    </message>
    <message>
        <source>{0}: take over</source>
        <translation>{0}：采用</translation>
    </message>
    <message>
        <source>Learned</source>
        <translation>学习建议</translation>
    </message>
</context>
<context>
    <name>Tile</name>
    <message>
        <source>{0} s</source>
        <translation>{0} 秒</translation>
    </message>
    <message>
        <source>{0} min {1} s</source>
        <translation>{0} 分 {1} 秒</translation>
    </message>
    <message>
        <source>{0} h {1} min</source>
        <translation>{0} 小时 {1} 分</translation>
    </message>
    <message>
        <source>{0} s old</source>
        <translation>{0} 秒前</translation>
    </message>
    <message>
        <source>{0} old</source>
        <translation>{0}前</translation>
    </message>
    <message>
        <source>Smoke</source>
        <translation>烟雾</translation>
    </message>
    <message>
        <source>Fire</source>
        <translation>明火</translation>
    </message>
    <message>
        <source>Illegal parking</source>
        <translation>违停</translation>
    </message>
    <message>
        <source>Street stall</source>
        <translation>占道经营</translation>
    </message>
    <message>
        <source>Cycles parked in the way</source>
        <translation>非机动车乱停放</translation>
    </message>
    <message>
        <source>Crowd</source>
        <translation>人员聚集</translation>
    </message>
    <message>
        <source>No picture</source>
        <translation>无画面</translation>
    </message>
    <message>
        <source>Camera cannot be reached</source>
        <translation>点位无法连接</translation>
    </message>
    <message>
        <source>Wrong user name or password</source>
        <translation>用户名或密码错误</translation>
    </message>
    <message>
        <source>The camera has no such stream</source>
        <translation>摄像机没有该码流</translation>
    </message>
    <message>
        <source>Connected, but no picture arrives</source>
        <translation>已连接，无画面</translation>
    </message>
    <message>
        <source>The camera closed the connection</source>
        <translation>摄像机断开了连接</translation>
    </message>
    <message>
        <source>The stream cannot be decoded</source>
        <translation>码流无法解码</translation>
    </message>
    <message>
        <source>The stream carries no video</source>
        <translation>码流中没有视频</translation>
    </message>
    <message>
        <source>The camera refuses another viewer</source>
        <translation>摄像机已达连接上限</translation>
    </message>
    <message>
        <source>Video service is restarting</source>
        <translation>视频服务重启中</translation>
    </message>
    <message>
        <source>since {0} · {1}</source>
        <translation>自 {0} 起 · {1}</translation>
    </message>
    <message>
        <source>trying now…</source>
        <translation>正在重连…</translation>
    </message>
    <message>
        <source>next try in {0} s</source>
        <translation>{0} 秒后重连</translation>
    </message>
    <message>
        <source>Connecting…</source>
        <translation>连接中…</translation>
    </message>
    <message>
        <source>Camera is switched off</source>
        <translation>点位已停用</translation>
    </message>
    <message>
        <source>Empty tile</source>
        <translation>空窗格</translation>
    </message>
    <message>
        <source>camera number + Enter calls a camera</source>
        <translation>输入点位编号 + 回车调入画面</translation>
    </message>
    <message>
        <source>pinned</source>
        <translation>锁定</translation>
    </message>
    <message>
        <source>a rule stands still</source>
        <translation>一条规则已停</translation>
    </message>
    <message>
        <source>picture covered</source>
        <translation>画面被遮挡</translation>
    </message>
    <message>
        <source>out of focus</source>
        <translation>画面失焦</translation>
    </message>
    <message>
        <source>camera turned: zones do not fit</source>
        <translation>镜头偏移，区域不符</translation>
    </message>
    <message>
        <source>overload: {0} fps</source>
        <translation>过载：{0} 帧/秒</translation>
    </message>
    <message>
        <source>another view</source>
        <translation>另一视角</translation>
    </message>
    <message>
        <source>+{0} waiting</source>
        <translation>另有 {0} 起待显示</translation>
    </message>
    <message>
        <source>PTZ: {0}</source>
        <translation>云台：{0}</translation>
    </message>
    <message>
        <source>PTZ: {0}, {1} s</source>
        <translation>云台：{0}，{1} 秒</translation>
    </message>
    <message>
        <source>Picture: fills the tile where its shape allows</source>
        <translation>画面：自动适配窗格</translation>
    </message>
    <message>
        <source>Picture: all of it, with bars</source>
        <translation>画面：完整显示，留黑边</translation>
    </message>
    <message>
        <source>Picture: fills the tile, edges cut off</source>
        <translation>画面：铺满窗格，裁去边缘</translation>
    </message>
    <message>
        <source>Picture: stretched to the tile</source>
        <translation>画面：拉伸铺满窗格</translation>
    </message>
    <message>
        <source>In the pictures: boxes of alerts</source>
        <translation>画面叠加：告警框</translation>
    </message>
    <message>
        <source>In the pictures: boxes of alerts and zones</source>
        <translation>画面叠加：告警框和区域</translation>
    </message>
    <message>
        <source>In the pictures: nothing</source>
        <translation>画面叠加：无</translation>
    </message>
    <message>
        <source>No parking</source>
        <translation>禁停区</translation>
    </message>
    <message>
        <source>No trading</source>
        <translation>禁止摆摊区</translation>
    </message>
    <message>
        <source>Smoke watch</source>
        <translation>烟雾监测区</translation>
    </message>
    <message>
        <source>Masked</source>
        <translation>屏蔽区</translation>
    </message>
    <message>
        <source>{0}× on the alert</source>
        <translation>{0}× 告警特写</translation>
    </message>
    <message>
        <source>Arrows move · + − zoom · drag a frame · Enter keeps · Esc whole</source>
        <translation>方向键移动 · + − 缩放 · 拖框放大 · 回车保持 · Esc 全画面</translation>
    </message>
    <message>
        <source>REPLAY</source>
        <translation>回放</translation>
    </message>
    <message>
        <source>The relay cannot be reached</source>
        <translation>无法连接转发服务</translation>
    </message>
    <message>
        <source>The relay refuses the password of [relay]</source>
        <translation>转发服务拒绝 [relay] 的密码</translation>
    </message>
    <message>
        <source>The relay gets no picture of this camera</source>
        <translation>转发服务未取得该摄像机画面</translation>
    </message>
    <message>
        <source>The relay is there, but no picture arrives</source>
        <translation>转发服务已连接，但没有画面到达</translation>
    </message>
    <message>
        <source>The relay closed the connection</source>
        <translation>转发服务关闭了连接</translation>
    </message>
    <message>
        <source>The relay has too many viewers</source>
        <translation>转发服务的观看者过多</translation>
    </message>
    <message>
        <source>relayed by {0}</source>
        <translation>由 {0} 转发</translation>
    </message>
    <message>
        <source>allows one viewer? name it in [relay] of site.toml</source>
        <translation>只允许一路观看？请写入 site.toml 的 [relay]</translation>
    </message>
    <message>
        <source>was right before: changed, or the camera allows one viewer ([relay])</source>
        <translation>之前密码正确：已被修改，或摄像机只允许一路观看（[relay]）</translation>
    </message>
    <message>
        <source>{0} times in a row: another viewer takes it? ([relay])</source>
        <translation>连续 {0} 次：是否被其他观看者占用？（[relay]）</translation>
    </message>
    <message>
        <source>waiting for a key frame</source>
        <translation>等待关键帧</translation>
    </message>
    <message>
        <source>stands</source>
        <translation>暂停</translation>
    </message>
    <message>
        <source>{0} s ago</source>
        <translation>{0} 秒前</translation>
    </message>
    <message>
        <source>Replay is coming…</source>
        <translation>正在调取回放…</translation>
    </message>
    <message>
        <source>Nothing was received in the last minute</source>
        <translation>最近一分钟未收到画面</translation>
    </message>
    <message>
        <source>Too many replays are open on this machine</source>
        <translation>本机同时打开的回放过多</translation>
    </message>
    <message>
        <source>What was received cannot be decoded</source>
        <translation>收到的数据无法解码</translation>
    </message>
    <message>
        <source>R goes back to live</source>
        <translation>按 R 恢复实时</translation>
    </message>
    <message>
        <source>In the pictures: boxes of alerts, zones, trails of what moves</source>
        <translation>画面叠加：告警框、区域、移动轨迹</translation>
    </message>
    <message>
        <source>In the pictures: boxes of alerts, zones, trails, people by their positions</source>
        <translation>画面叠加：告警框、区域、移动轨迹、人员定位</translation>
    </message>
    <message>
        <source>No cycle parking</source>
        <translation>非机动车禁停</translation>
    </message>
    <message>
        <source>Crowd watch</source>
        <translation>人员聚集监测</translation>
    </message>
    <message>
        <source>Licensed</source>
        <translation>许可摊位</translation>
    </message>
    <message>
        <source>looks elsewhere: {0} zone(s) rest</source>
        <translation>镜头已转开：{0}个区域暂停</translation>
    </message>
    <message>
        <source>Live</source>
        <translation>实时</translation>
    </message>
    <message>
        <source>One picture back (←)</source>
        <translation>上一帧（←）</translation>
    </message>
    <message>
        <source>Pause or play (Space)</source>
        <translation>暂停 / 播放（空格）</translation>
    </message>
    <message>
        <source>One picture forward (→)</source>
        <translation>下一帧（→）</translation>
    </message>
    <message>
        <source>Drag to any moment that is kept</source>
        <translation>拖动到任意已保留时刻</translation>
    </message>
    <message>
        <source>Faster, right button slower (↑ ↓)</source>
        <translation>加快，右键减慢（↑ ↓）</translation>
    </message>
    <message>
        <source>Back to live (R)</source>
        <translation>恢复实时（R）</translation>
    </message>
</context>
<context>
    <name>Time</name>
    <message>
        <source>{0} s</source>
        <translation>{0} 秒</translation>
    </message>
    <message>
        <source>{0} min</source>
        <translation>{0} 分钟</translation>
    </message>
    <message>
        <source>{0} h {1} min</source>
        <translation>{0} 小时 {1} 分</translation>
    </message>
    <message>
        <source>{0} d {1} h</source>
        <translation>{0} 天 {1} 小时</translation>
    </message>
</context>
<context>
    <name>Tour</name>
    <message>
        <source>hotspot</source>
        <translation>热点</translation>
    </message>
    <message>
        <source>all cameras</source>
        <translation>全部点位</translation>
    </message>
    <message>
        <source>paused</source>
        <translation>已暂停</translation>
    </message>
    <message>
        <source>Start on the tile</source>
        <translation>在窗格开始</translation>
    </message>
    <message>
        <source>On the whole window</source>
        <translation>在整个窗口开始</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>删除</translation>
    </message>
    <message>
        <source>Tours</source>
        <translation>轮巡</translation>
    </message>
    <message>
        <source>Steps</source>
        <translation>步骤</translation>
    </message>
    <message>
        <source>Line {0} cannot be read: {1}</source>
        <translation>第 {0} 行无法识别：{1}</translation>
    </message>
    <message>
        <source>One step a line: camera number, seconds, preset (“12 10”, “7 15 gate”), or a scene (“*3 20”).</source>
        <translation>每行一步：点位编号 秒数 预置位（“12 10”“7 15 大门”），或场景（“*3 20”）。</translation>
    </message>
    <message>
        <source>Every seat has this tour</source>
        <translation>系统自带，不能删除</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>暂停</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>End the tour</source>
        <translation>结束轮巡</translation>
    </message>
    <message>
        <source>Choose, write, remove…</source>
        <translation>选择、编写、删除…</translation>
    </message>
    <message>
        <source>{0} steps</source>
        <translation>{0} 步</translation>
    </message>
    <message>
        <source>All cameras · {0}</source>
        <translation>全部点位 · {0}</translation>
    </message>
    <message>
        <source>Tour {0}</source>
        <translation>轮巡 {0}</translation>
    </message>
    <message>
        <source>The tile is pinned: let it go first ({0})</source>
        <translation>窗格已锁定，请先解锁（{0}）</translation>
    </message>
    <message>
        <source>No tour runs on this tile</source>
        <translation>此窗格没有轮巡</translation>
    </message>
    <message>
        <source>The tile shows what you select elsewhere</source>
        <translation>此窗格将跟随选中的点位</translation>
    </message>
    <message>
        <source>No other camera was in this tile yet</source>
        <translation>此窗格还没有其他点位的记录</translation>
    </message>
</context>
<context>
    <name>Trails</name>
    <message>
        <source>Play or pause (Shift+U)</source>
        <extracomment>Steps of the slider: a day of trails moves by some 9 s a step.</extracomment>
        <translation>播放或暂停（Shift+U）</translation>
    </message>
    <message>
        <source>Speed</source>
        <translation>速度</translation>
    </message>
    <message>
        <source>Back to now</source>
        <translation>回到实时</translation>
    </message>
    <message>
        <source>Replay {0}</source>
        <translation>回放 {0}</translation>
    </message>
</context>
<context>
    <name>Trial</name>
    <message>
        <source>Suppressed after rejections</source>
        <extracomment>Less than this share of what was asked for is said in as many words.</extracomment>
        <translation>因多次判为误报而抑制</translation>
    </message>
    <message>
        <source>Watch this place again</source>
        <translation>恢复监看此处</translation>
    </message>
    <message>
        <source>Trying the zones on the last minutes…</source>
        <translation>正在用最近几分钟试运行区域…</translation>
    </message>
    <message>
        <source>No worker answered: the camera is not analysed now, or its worker is away. The zones can be saved all the same.</source>
        <translation>没有分析节点应答：该点位当前未被分析，或分析节点不在线。区域仍可保存。</translation>
    </message>
    <message>
        <source>The zones were changed since: try again.</source>
        <translation>区域在试运行后又有改动，请重试。</translation>
    </message>
    <message>
        <source>Nothing of this camera is kept yet: zones are tried on what was analysed lately. The zones can be saved all the same.</source>
        <translation>该点位还没有可用的留存：试运行只能用最近分析过的画面。区域仍可保存。</translation>
    </message>
    <message>
        <source>{0} alert(s) in {1}, from {2} to {3}.</source>
        <translation>{1}内会产生{0}条告警（{2}至{3}）。</translation>
    </message>
    <message>
        <source>Only {0} of {1} are kept.</source>
        <translation>{1}中只留存了{0}。</translation>
    </message>
    <message>
        <source>{0} of it were not analysed.</source>
        <translation>其中{0}未被分析。</translation>
    </message>
    <message>
        <source>Without the second look and without what operators rejected.</source>
        <translation>试运行不含二次复核，也不计入已学习的误报抑制。</translation>
    </message>
    <message>
        <source>{0}: {1} rejected here since {2}, last at {3}; {4} held back</source>
        <translation>{0}：自{2}起此处{1}次判为误报，最近{3}；已抑制{4}条</translation>
    </message>
    <message>
        <source>… and {0} more</source>
        <translation>……另有{0}条</translation>
    </message>
</context>
<context>
    <name>Unit</name>
    <message>
        <source>available</source>
        <translation>空闲</translation>
    </message>
    <message>
        <source>called</source>
        <translation>已呼叫</translation>
    </message>
    <message>
        <source>en route</source>
        <translation>途中</translation>
    </message>
    <message>
        <source>on scene</source>
        <translation>在现场</translation>
    </message>
    <message>
        <source>busy</source>
        <translation>忙</translation>
    </message>
    <message>
        <source>off duty</source>
        <translation>离岗</translation>
    </message>
</context>
<context>
    <name>Wall</name>
    <message>
        <source>{0} tiles</source>
        <translation>{0} 画面</translation>
    </message>
    <message>
        <source>Layout</source>
        <translation>布局</translation>
    </message>
    <message>
        <source>Whole picture</source>
        <translation>整幅画面</translation>
    </message>
    <message>
        <source>Pinned: nothing takes it away</source>
        <translation>锁定（不会被替换）</translation>
    </message>
    <message>
        <source>Hotspot: shows what is selected elsewhere</source>
        <translation>热点窗格（跟随选中点位）</translation>
    </message>
    <message>
        <source>Last cameras</source>
        <translation>最近的点位</translation>
    </message>
    <message>
        <source>Tour</source>
        <translation>轮巡</translation>
    </message>
    <message>
        <source>Layouts</source>
        <extracomment>A seat tells the hub that it is there this often; the hub forgets it after three times that.</extracomment>
        <translation>布局</translation>
    </message>
    <message>
        <source>main window</source>
        <translation>主窗口</translation>
    </message>
    <message>
        <source>monitor {0}</source>
        <translation>屏幕 {0}</translation>
    </message>
    <message>
        <source>Scenes</source>
        <translation>场景</translation>
    </message>
</context>
<context>
    <name>Window</name>
    <message>
        <source>{0} — gridwall</source>
        <extracomment>How much of the light the night veil takes.</extracomment>
        <translation>{0} — gridwall</translation>
    </message>
</context>
<context>
    <name>Zones</name>
    <message>
        <source>Mo</source>
        <translation>一</translation>
    </message>
    <message>
        <source>Tu</source>
        <translation>二</translation>
    </message>
    <message>
        <source>We</source>
        <translation>三</translation>
    </message>
    <message>
        <source>Th</source>
        <translation>四</translation>
    </message>
    <message>
        <source>Fr</source>
        <translation>五</translation>
    </message>
    <message>
        <source>Sa</source>
        <translation>六</translation>
    </message>
    <message>
        <source>Su</source>
        <translation>日</translation>
    </message>
    <message>
        <source>A zone needs three corners.</source>
        <translation>区域至少需要三个角点。</translation>
    </message>
    <message>
        <source>The outline crosses itself: pull a corner back.</source>
        <translation>轮廓自相交：请把角点拉回。</translation>
    </message>
    <message>
        <source>The zone has no area: pull it larger.</source>
        <translation>区域没有面积：请拉大。</translation>
    </message>
    <message>
        <source>The limit must be above 0 s and at most a day.</source>
        <translation>时限须大于 0 秒且不超过一天。</translation>
    </message>
    <message>
        <source>A crowd is told as a trend against this number; people are not counted exactly.</source>
        <translation>人员聚集按相对此数的密度趋势报告，不精确清点人数。</translation>
    </message>
    <message>
        <source>whose place it is</source>
        <translation>摊位属于谁</translation>
    </message>
    <message>
        <source>all day</source>
        <translation>全天</translation>
    </message>
    <message>
        <source>home view</source>
        <translation>守望位</translation>
    </message>
    <message>
        <source>Rule</source>
        <translation>规则</translation>
    </message>
    <message>
        <source>Alert after</source>
        <translation>告警时限</translation>
    </message>
    <message>
        <source>People at most</source>
        <translation>人数上限</translation>
    </message>
    <message>
        <source>Licence of</source>
        <translation>许可给</translation>
    </message>
    <message>
        <source>Hours</source>
        <translation>时段</translation>
    </message>
    <message>
        <source>Days</source>
        <translation>星期</translation>
    </message>
    <message>
        <source>View</source>
        <translation>预置位</translation>
    </message>
    <message>
        <source>No picture yet</source>
        <extracomment>Arrow key → direction. The newest picture; None where there is none.</extracomment>
        <translation>暂无画面</translation>
    </message>
    <message>
        <source>Zones of {0}</source>
        <translation>{0} 的区域</translation>
    </message>
    <message>
        <source>New zone</source>
        <translation>新建区域</translation>
    </message>
    <message>
        <source>Licensed place</source>
        <translation>许可摊位</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>删除</translation>
    </message>
    <message>
        <source>Try on the last 10 minutes</source>
        <translation>用最近10分钟试运行</translation>
    </message>
    <message>
        <source>Drag a corner, an edge or the zone. Keys: , . corner · arrows move (Shift far) · + new corner · − away · Ctrl+Tab next zone</source>
        <translation>拖动角点、边或整个区域。按键：, . 选角点 · 方向键移动（Shift 大步）· + 加角点 · − 去角点 · Ctrl+Tab 下一区域</translation>
    </message>
    <message>
        <source>Zones saved: the rules take them within seconds.</source>
        <translation>区域已保存，规则数秒内生效。</translation>
    </message>
</context>
</TS>
