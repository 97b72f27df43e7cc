// Words: every text of the field page in both languages. Chinese first, as an inspector says it.

const TEXTS = {
  title: ["现场", "Field"],
  tasks: ["任务", "Tasks"],
  report: ["上报", "Report"],
  round_planned: ["未开始", "to come"], round_running: ["进行中", "on now"], round_ended: ["已结束", "over"],
  round_visited: ["已巡 {0}/{1} 点", "{0} of {1} points"], round_time: ["已巡查 {0}，要求 {1}", "{0} patrolled, {1} wanted"],
  live: ["直播", "Live"],
  live_start: ["开始直播", "Go live"], live_stop: ["结束直播", "End"],
  live_off: ["未直播", "Not live"], live_starting: ["正在连接…", "Connecting…"],
  live_on: ["指挥中心可以看到，暂无人观看", "The centre can see it; nobody watches now"],
  live_watched: ["指挥中心正在观看", "The centre is watching"],
  live_lost: ["连接中断，正在重连…", "Connection lost, trying again…"],
  live_denied: ["浏览器不允许使用摄像头，请在设置中允许", "The browser refuses the camera: allow it in its settings"],
  live_no_camera: ["没有可用的摄像头", "No camera can be used"],
  live_insecure: ["直播需要 HTTPS 链接", "Live pictures need an HTTPS link"],
  live_more: ["只传画面，不传声音；直播时请保持本页打开", "Pictures only, no sound; keep this page open while live"],
  outbox: ["待发送", "To send"],
  online: ["在线", "Online"],
  offline: ["无网络", "No network"],
  hub_away: ["中心暂时无响应", "Centre away"],
  other_language: ["EN", "中文"],
  no_tasks: ["暂无任务", "No tasks"],
  no_tasks_more: ["有新任务时会显示在这里", "New tasks appear here"],
  as_of: ["截至 {0}", "as of {0}"],
  no_link: ["请用指挥中心发给您的链接或二维码打开本页", "Open this page with the link or QR code from the command centre"],
  link_ended: ["链接已失效，请向指挥中心索取新的链接", "This link has ended: ask the command centre for a new one"],
  paste_link: ["粘贴链接", "Paste the link"],
  open: ["打开", "Open"],
  wrong_link: ["这不是指挥中心的链接", "This is no link of the command centre"],
  share: ["位置共享", "Share my position"],
  share_off: ["未开启：中心看不到您的位置", "Off: the centre cannot see where you are"],
  share_on: ["已开启 · 精度 {0} 米 · {1}", "On · accurate to {0} m · {1}"],
  share_wait: ["正在定位…", "Finding the position…"],
  share_denied: ["浏览器不允许定位，请在设置中允许", "The browser refuses positions: allow them in its settings"],
  share_insecure: ["定位需要 HTTPS 链接", "Positions need an HTTPS link"],
  turn_on: ["开启", "Turn on"],
  turn_off: ["关闭", "Turn off"],
  dispatched: ["待接受", "To accept"],
  handling: ["处置中", "Handling"],
  arrived: ["已到达", "On the spot"],
  verifying: ["待核查", "Being verified"],
  suspended: ["挂账", "Suspended"],
  accept: ["接受", "Accept"],
  arrive: ["已到达", "I am there"],
  feedback: ["反馈", "Report back"],
  return: ["退回", "Return"],
  note: ["备注", "Note"],
  photo: ["照片", "Photo"],
  navigate: ["导航", "Navigate"],
  photo_before: ["拍处置前", "Photo before"],
  photo_after: ["拍处置后", "Photo after"],
  photo_finding: ["拍照", "Photo"],
  kind_before: ["处置前", "Before"],
  kind_after: ["处置后", "After"],
  kind_finding: ["发现", "Found"],
  kind_alert: ["报警图", "Alert"],
  photos: ["照片", "Photos"],
  back: ["返回", "Back"],
  send: ["发送", "Send"],
  cancel: ["取消", "Cancel"],
  feedback_hint: ["现场处置情况", "What was done"],
  return_hint: ["退回原因（必填）", "Why it is returned (needed)"],
  reason_needed: ["请填写退回原因", "Say why it is returned"],
  left: ["剩 {0}", "{0} left"],
  late: ["超时 {0}", "{0} late"],
  away: ["{0} · 约 {1}", "{0} · about {1}"],
  straight: ["直线估计", "straight line"],
  no_place: ["案件没有位置", "The case has no place"],
  need_position: ["开启位置共享后显示路线", "Turn on position sharing to see the way"],
  other_maps: ["用手机地图打开", "Open in a map app"],
  helper: ["增援", "Helping"],
  unit_available: ["空闲", "Available"], unit_busy: ["忙", "Busy"], unit_off: ["离岗", "Off duty"],
  unit_called: ["待接受", "Called"], unit_en_route: ["途中", "On the way"], unit_on_scene: ["在现场", "On scene"],
  unit_on_case: ["状态由案件决定", "The case decides"],
  unit_refused: ["状态未被接受", "The state was not taken"],
  unit_away: ["没有网络，状态未改变", "No network: the state is unchanged"],
  phone_map: ["系统地图", "Phone's map"],
  amap: ["高德", "Amap"],
  metres: ["{0} 米", "{0} m"], kilometres: ["{0} 公里", "{0} km"],
  seconds: ["{0} 秒", "{0} s"], minutes: ["{0} 分钟", "{0} min"], hours: ["{0} 小时 {1} 分", "{0} h {1} min"], days: ["{0} 天", "{0} d"],
  item: ["事项", "What it is"],
  item_unknown: ["不确定", "Not sure"],
  found: ["发现的问题", "What you found"],
  found_hint: ["描述现场情况", "Describe what you see"],
  send_report: ["上报", "Send the report"],
  report_needs: ["请填写描述或选择事项", "Describe it or choose what it is"],
  report_place: ["位置：{0}", "Place: {0}"],
  report_no_place: ["没有定位：请先开启位置共享", "No position: turn on position sharing first"],
  report_kept: ["已保存，正在发送", "Kept, being sent"],
  finding_report: ["上报问题", "A problem"], finding_checkpoint: ["登记实测点", "A check point"], checkpoint: ["登记实测点", "Check point"],
  point_class: ["类别", "Class"], point_class_hint: ["选择或填写类别", "Choose or write a class"],
  point_name: ["名称", "Name"], point_name_hint: ["门牌、设施编号等", "Door, number of the thing"],
  point_duty: ["登记后由您负责巡查此点", "You will be the one to visit it"],
  point_needs: ["请填写类别和名称", "Class and name are needed"], point_kept: ["已登记：{0}", "Registered: {0}"],
  send_point: ["登记此处", "Register this spot"],
  waiting: ["等待发送", "Waiting"],
  refused: ["未通过：{0}", "Refused: {0}"],
  remove: ["删除", "Remove"],
  outbox_empty: ["全部已发送", "Everything is sent"],
  outbox_more: ["没有网络时，操作会保存在手机上，恢复后自动发送", "Without network your acts are kept on the phone and sent later"],
  fixes_waiting: ["{0} 个位置点待发送", "{0} positions waiting"],
  storage: ["手机存储不可用，无法离线保存", "The phone's storage cannot be used: nothing can be kept offline"],
  priority_1: ["紧急", "Urgent"],
  grid: ["网格 {0}", "Grid {0}"],
};
// Refusals of the hub by their id; others are shown in the hub's own words.
const REASONS = {
  not_yours: ["案件已不在您名下", "the case is not yours any more"],
  not_in_state: ["案件状态已改变", "the case has moved on"],
  done_already: ["案件状态已改变", "the case has moved on"],
  overtaken: ["案件状态已改变", "the case has moved on"],
  needs: ["缺少必填内容", "something needed is missing"],
  too_many_photos: ["照片数量已满", "the case holds as many photos as it may"],
  unknown_item: ["事项不存在", "no such item"],
  too_inaccurate: ["定位精度不够，请到开阔处重试", "the position is too inaccurate: try again in the open"],
  checkpoint_there: ["附近已登记同类实测点", "a check point of this class is registered here already"],
  no_live: ["本中心未开放手机直播", "this centre takes no live pictures"],
  live_row: ["直播镜头登记有误，请联系指挥中心", "the register of cameras is wrong here: tell the centre"],
  live_refused: ["暂时无法直播，请稍后再试", "cannot go live now: try again later"],
  no_registration: ["本中心不开放手机登记", "this centre does not register check points by phone"],
};

let column = 0;

export const isChinese = () => column === 0;

export function setLanguage(code) {
  column = code === "en" ? 1 : 0;
  document.documentElement.lang = isChinese() ? "zh-CN" : "en";
  document.title = say("title");
}

export function say(id, ...values) {
  const text = (TEXTS[id] || [id, id])[column];
  return values.reduce((shown, value, index) => shown.replace(`{${index}}`, value), text);
}

export function reasonText(reason, fallback) {
  return REASONS[reason] ? REASONS[reason][column] : fallback;
}

export function distance(metres) {
  return metres < 1000 ? say("metres", Math.round(metres)) : say("kilometres", (metres / 1000).toFixed(1));
}

export function duration(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return say("seconds", whole);
  if (whole < 3600) return say("minutes", Math.round(whole / 60));
  if (whole < 86400) return say("hours", Math.floor(whole / 3600), Math.floor((whole % 3600) / 60));
  return say("days", Math.floor(whole / 86400));
}

export function clock(utc) {
  const moment = new Date(utc);
  return Number.isNaN(moment.getTime()) ? "" : moment.toLocaleTimeString("zh-CN", { hour12: false });
}
